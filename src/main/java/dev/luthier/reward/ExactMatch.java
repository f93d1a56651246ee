package dev.luthier.reward;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;

/** 1 where the answer is the expected one but for blanks around it, else 0. */
@Doc("1 where the answer is the expected one but for blanks around it, else 0")
public record ExactMatch(
    @Doc("The column that holds the expected answer") @Default("expected") String column)
    implements Rule {
  @Override
  public Score of(Asked answer) {
    Object expected = answer.columns().get(column);
    if (expected == null) {
      throw new UserError(
          "%s: exact_match finds no expected answer in column \"%s\"; columns are %s"
              .formatted(answer.place(), column, answer.columns().keySet()));
    }
    boolean same = answer.answered().said().strip().equals(expected.toString().strip());
    return Score.of(same ? 1 : 0);
  }
}

package dev.luthier.reward;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;

/**
 * Whether an answer is as long as it should be: 1 from {@code least} to {@code most} words, and
 * outside falling to 0 over {@code slack} words.
 */
@Doc("1 where the answer's length in words is within bounds, falling to 0 outside")
public record Length(
    @Doc("The fewest words") @Default("0") int least,
    @Doc("The most words") @Default("100") int most,
    @Doc("Over how many words outside the score falls to 0; 0: at once") @Default("0") int slack)
    implements Rule {
  public Length {
    Check.atLeast("length.least", 0, least);
    Check.atLeast("length.slack", 0, slack);
    if (most < least) {
      throw new UserError(
          "length.most must be at least length.least (%d), was %d".formatted(least, most));
    }
  }

  @Override
  public Score of(Asked answer) {
    String text = answer.answered().said().strip();
    int words = text.isEmpty() ? 0 : text.split("\\s+").length;
    int beyond = Math.max(Math.max(least - words, words - most), 0);
    return Score.of(beyond == 0 ? 1 : Math.max(0, 1 - beyond / (slack + 1.0)));
  }
}

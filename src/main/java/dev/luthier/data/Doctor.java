package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;

/**
 * Examines the data before the first step, so that no run learns nothing in silence: rows refused,
 * rows too long, rows without a token to learn, control tokens that stand twice.
 *
 * @param maxLength the most tokens of a row
 * @param tooLong what becomes of longer ones
 */
public record Doctor(int maxLength, TooLong tooLong) {
  public Doctor {
    if (maxLength < 2) {
      throw new UserError("sft.max_length must be at least 2, was " + maxLength);
    }
  }

  /**
   * Tokenizes and examines the rows.
   *
   * @param eval {@link Samples#NONE} without evaluation
   * @throws UserError if a row cannot be tokenized at all; other faults are in the report
   */
  public Report examine(Samples train, Samples eval, SftTokenizer tokenizer) {
    Checkup trained = Checkup.of(train, tokenizer, maxLength, tooLong);
    Checkup held = Checkup.of(eval, tokenizer, maxLength, tooLong);
    int shared = (int) held.distinct().stream().filter(trained.distinct()::contains).count();
    List<String> errors = new ArrayList<>();
    errors(trained, tokenizer.lossOn(), errors);
    errors(held, tokenizer.lossOn(), errors);
    if (trained.kept().isEmpty() && errors.isEmpty()) {
      errors.add(
          "no row is left to train on: all %d are longer than sft.max_length %d"
              .formatted(trained.lengths().count(), maxLength));
    }
    return new Report(this, trained, held, shared, errors, sample(train, tokenizer));
  }

  private void errors(Checkup set, LossOn lossOn, List<String> errors) {
    int rows = set.lengths().count();
    if (set.untaught().any()) {
      errors.add(
          "%s has no token to learn with loss on %s (%d of %d rows are so): remove such rows or choose another loss"
              .formatted(set.untaught().first(), lossOn.label(), set.untaught().count(), rows));
    }
    if (set.doubled().any()) {
      errors.add(
          "%s (%d of %d rows are so): the text already holds what the template or the tokenizer adds; remove it from the data"
              .formatted(set.doubled().first(), set.doubled().count(), rows));
    }
    if (set.tooLong().any() && tooLong == TooLong.RAISE) {
      errors.add(
          "%s, more than sft.max_length %d (%d of %d rows are longer, the longest has %d): raise it, or set sft.too_long to drop or truncate"
              .formatted(
                  set.tooLong().first(),
                  maxLength,
                  set.tooLong().count(),
                  rows,
                  set.lengths().percentile(1)));
    }
  }

  private static Report.Shown sample(Samples train, SftTokenizer tokenizer) {
    if (train.list().isEmpty()) {
      throw new UserError("there are no rows to train on");
    }
    Sample first = train.list().get(0);
    Marked marked = tokenizer.tokenize(first.example());
    return new Report.Shown(
        first.place(),
        marked.show(true, id -> tokenizer.tokenizer().decode(new int[] {id}, false)),
        marked.show(false, id -> tokenizer.tokenizer().decode(new int[] {id}, false)));
  }
}

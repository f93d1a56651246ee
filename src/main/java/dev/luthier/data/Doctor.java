package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;

/**
 * Examines the data before the first step, so that no run learns nothing in silence: rows refused,
 * rows too long, rows with nothing to learn, rows that repeat or contradict others.
 *
 * @param maxLength the most tokens of a row
 * @param tooLong what becomes of longer ones
 * @param method the method's key in a recipe, for messages
 */
public record Doctor(int maxLength, TooLong tooLong, String method) {
  public Doctor {
    if (maxLength < 2) {
      throw new UserError("%s.max_length must be at least 2, was %d".formatted(method, maxLength));
    }
  }

  /** For supervised fine-tuning. */
  public Doctor(int maxLength, TooLong tooLong) {
    this(maxLength, tooLong, "sft");
  }

  /**
   * Tokenizes and examines the rows.
   *
   * @param eval {@link Samples#NONE} without evaluation
   * @throws UserError if a row cannot be made at all; other faults are in the report
   */
  public <R extends TrainingRow> Report<R> examine(Samples train, Samples eval, RowMaker<R> maker) {
    if (train.list().isEmpty()) {
      throw new UserError("there are no rows to train on");
    }
    Findings findings = maker.inspect(train, eval);
    Checkup<R> trained = Checkup.of(train, maker, this);
    Checkup<R> held = Checkup.of(eval, maker, this);
    findings = findings.and(maker.review(trained.kept(), held.kept()));
    int shared = (int) held.inputs().stream().filter(trained.inputs()::contains).count();
    List<String> errors = new ArrayList<>(findings.errors());
    errors(trained, maker, errors);
    errors(held, maker, errors);
    if (trained.kept().isEmpty() && errors.isEmpty()) {
      errors.add(
          "no row is left to train on: all %d are longer than %s"
              .formatted(trained.lengths().count(), maker.limits(method, maxLength)));
    }
    Sample first = train.list().get(0);
    Report.Shown shown =
        new Report.Shown(
            first.place(), maker.show(first.example(), true), maker.show(first.example(), false));
    return new Report<>(this, trained, held, shared, errors, shown, findings, maker.unit());
  }

  private <R extends TrainingRow> void errors(
      Checkup<R> set, RowMaker<R> maker, List<String> errors) {
    int rows = set.lengths().count();
    set.faults()
        .values()
        .forEach(
            faulty ->
                errors.add(
                    "%s (%d of %d rows are so): %s"
                        .formatted(
                            faulty.rows().first(), faulty.rows().count(), rows, faulty.remedy())));
    if (set.tooLong().any() && tooLong == TooLong.RAISE) {
      errors.add(
          "%s, more than %s (%d of %d rows are longer, the longest has %d): raise it, or set %s.too_long to drop or truncate"
              .formatted(
                  set.tooLong().first(),
                  maker.limits(method, maxLength),
                  set.tooLong().count(),
                  rows,
                  set.lengths().percentile(1),
                  method));
    }
  }
}

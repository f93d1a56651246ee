package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the {@link Doctor} found.
 *
 * @param doctor the limits that were applied
 * @param train the training set
 * @param eval the evaluation set; without rows if there is none
 * @param shared rows of the evaluation that training sees too, counted once
 * @param errors what forbids the run, each one line; empty if nothing does
 * @param sample one row with its learnt part marked
 * @param findings what the examples themselves showed
 * @param unit how that which is learnt is called
 */
public record Report<R extends TrainingRow>(
    Doctor doctor,
    Checkup<R> train,
    Checkup<R> eval,
    int shared,
    List<String> errors,
    Shown sample,
    Findings findings,
    RowMaker.Unit unit) {
  private static final int PLACES = 3;
  private static final String RED = "\u001B[31m";
  private static final String YELLOW = "\u001B[33m";
  private static final String RESET = "\u001B[0m";

  /** A row to look at, in both spellings. */
  public record Shown(String place, String coloured, String plain) {}

  /** The same with more that was found. */
  public Report<R> with(Findings more) {
    return new Report<>(doctor, train, eval, shared, errors, sample, findings.and(more), unit);
  }

  /** The rows to train on. */
  public List<R> trainRows() {
    return train.kept();
  }

  /** The rows to evaluate on, perhaps none. */
  public List<R> evalRows() {
    return eval.kept();
  }

  /** The lengths of the training rows before any was cut. */
  public Lengths trainLengths() {
    return train.lengths();
  }

  /**
   * @return this report
   * @throws UserError with the first error, if there is one
   */
  public Report<R> healthy() {
    if (!errors.isEmpty()) {
      int more = errors.size() - 1;
      throw new UserError(errors.get(0) + (more == 0 ? "" : " (and %d more)".formatted(more)));
    }
    return this;
  }

  /** The report as text for a terminal, with or without ANSI colours. */
  public String render(boolean colours) {
    List<String> out = new ArrayList<>();
    out.add("training data");
    set(train, findings.train(), out);
    if (eval.samples().rows() > 0) {
      out.add("evaluation data");
      set(eval, findings.eval(), out);
    }
    out.add(
        "one row (%s), learnt text %s:"
            .formatted(sample.place(), colours ? "in green" : "in [[ ]]"));
    out.add(colours ? sample.coloured() : sample.plain());
    warnings().forEach(w -> out.add(paint("warning: " + w, YELLOW, colours)));
    errors.forEach(e -> out.add(paint("error: " + e, RED, colours)));
    return String.join(System.lineSeparator(), out) + System.lineSeparator();
  }

  private static String paint(String text, String colour, boolean colours) {
    return colours ? colour + text + RESET : text;
  }

  private void set(Checkup<R> set, List<String> lines, List<String> out) {
    set.samples().notes().forEach(note -> out.add("  " + note));
    out.add(
        "  %d rows read, %d refused, %d used: %d tokens, %d %s"
            .formatted(
                set.samples().rows(),
                set.samples().refused().size(),
                set.kept().size(),
                set.lengths().total(),
                set.targets(),
                unit.counted()));
    refusals(set.samples().refused(), out);
    lines.forEach(line -> out.add("  " + line));
    set.lengths().render().lines().forEach(line -> out.add("  " + line));
    out.add(
        "  longer than %d: %d rows (%s: %d left out, %d of %d %s lost)"
            .formatted(
                doctor.maxLength(),
                set.tooLong().count(),
                doctor.tooLong().label(),
                set.dropped().count(),
                set.targetsLost(),
                set.targets(),
                unit.name()));
  }

  private static void refusals(List<Refusal> refused, List<String> out) {
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    refused.forEach(
        r -> byReason.computeIfAbsent(r.reason(), reason -> new ArrayList<>()).add(r.place()));
    byReason.forEach(
        (reason, places) ->
            out.add(
                "  refused %d: %s (%s%s)"
                    .formatted(
                        places.size(),
                        reason,
                        String.join(", ", places.subList(0, Math.min(PLACES, places.size()))),
                        places.size() > PLACES ? ", ..." : "")));
  }

  /** What the user should know though the run goes on. */
  public List<String> warnings() {
    List<String> out = new ArrayList<>();
    int refused = train.samples().refused().size() + eval.samples().refused().size();
    if (refused > 0) {
      out.add(refused + " rows are refused and left out, see above");
    }
    if (shared > 0) {
      out.add(shared + " rows of the evaluation are also in training; its loss will flatter");
    }
    row(train.duplicates(), "rows of training repeat an earlier row").ifPresent(out::add);
    row(train.contradictory(), "rows of training " + unit.contradicts()).ifPresent(out::add);
    if (doctor.tooLong() == TooLong.TRUNCATE) {
      row(train.dropped(), "rows of training are left out, since nothing to learn is left when cut")
          .ifPresent(out::add);
    }
    row(train.unknown(), "rows of training hold the unknown token").ifPresent(out::add);
    row(eval.unknown(), "rows of the evaluation hold the unknown token").ifPresent(out::add);
    out.addAll(findings.warnings());
    return out;
  }

  private static Optional<String> row(Found found, String what) {
    return found.any()
        ? Optional.of("%d %s, the first is %s".formatted(found.count(), what, found.first()))
        : Optional.empty();
  }
}

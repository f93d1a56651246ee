package dev.luthier.feedback;

import java.io.PrintWriter;
import java.util.Locale;

/** Feedback as lines that a person reads. */
public final class FeedbackText {
  private static final int WIDTH = 60; // characters of a text

  private FeedbackText() {}

  /** Prints a line for each, and how much there is in all. */
  public static void print(FeedbackStore store, Asked asked, PrintWriter out) {
    for (Judged judged : store.feedback(asked)) {
      out.println(line(judged));
      judged.decision().ifPresent(d -> d.reasons().forEach(why -> out.println("    " + cut(why))));
    }
    long all = store.count(asked.limit(Long.MAX_VALUE));
    out.printf("%d of %d; %d pending in all%n", Math.min(all, asked.limit()), all, store.pending());
    store
        .deletions()
        .forEach(
            d ->
                out.printf(
                    "deleted for %s: %d answers, %d feedback, %d decisions%n",
                    d.why(),
                    d.deleted().answers(),
                    d.deleted().feedback(),
                    d.deleted().decisions()));
    out.flush();
  }

  private static String line(Judged judged) {
    Feedback feedback = judged.feedback();
    SaidRow said = SaidRow.of(feedback.said());
    String standing = judged.standing().name().toLowerCase(Locale.ROOT);
    String weight =
        judged.decision().map(d -> "%.2f by %s".formatted(d.weight(), d.by())).orElse("");
    return "%s  %s  %-11s %-16s %s on %s (%s): %s"
        .formatted(
            feedback.at(),
            feedback.rater(),
            standing,
            weight,
            said.kind(),
            feedback.answer(),
            judged.answer().version(),
            cut(said.other().map(o -> said.body() + " against " + o).orElse(said.body())));
  }

  /** On one line, without what a terminal would obey. */
  private static String cut(String text) {
    String line = text.replaceAll("[\\p{Cc}\\p{Cf}]+", " ");
    return line.length() <= WIDTH ? line : line.substring(0, WIDTH) + "...";
  }
}

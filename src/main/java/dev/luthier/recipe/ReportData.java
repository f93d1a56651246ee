package dev.luthier.recipe;

import java.util.List;
import java.util.Map;

/**
 * What a run's report shows.
 *
 * @param title the run's name
 * @param recipeYaml the resolved recipe
 * @param facts blocks of names and values (results, model, data ...), in the order of the page
 * @param series the curves; those with the same last name ({@code loss}, {@code eval/loss}) share a
 *     plot
 * @param samples texts before and after training
 * @param nextCommands what to type next, one command each
 */
public record ReportData(
    String title,
    String recipeYaml,
    List<Facts> facts,
    List<Series> series,
    List<Sample> samples,
    List<String> nextCommands) {

  /** A heading with names and values, in the order given. */
  public record Facts(String heading, Map<String, String> values) {}

  /**
   * A curve.
   *
   * @param name a path such as {@code eval/loss}
   * @param steps ascending
   * @param values one for each step; those that are not finite are left out and counted
   */
  public record Series(String name, long[] steps, double[] values) {
    public Series {
      if (steps.length != values.length) {
        throw new IllegalArgumentException(
            "%s: %d steps with %d values".formatted(name, steps.length, values.length));
      }
    }
  }

  /**
   * A text.
   *
   * @param note a line below it, such as its score; "" for none
   * @param best whether it is the better one of two
   */
  public record Text(String text, String note, boolean best) {
    static Text plain(String text) {
      return new Text(text, "", false);
    }
  }

  /** One prompt, the answer the data gives, and what the model said before and after. */
  public record Sample(String prompt, Text expected, Text before, Text after) {
    /** Texts alone. */
    public Sample(String prompt, String expected, String before, String after) {
      this(prompt, Text.plain(expected), Text.plain(before), Text.plain(after));
    }
  }
}

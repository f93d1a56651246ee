package dev.luthier.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How sure it is that the first of two answers is better, and by how much: the optional columns
 * {@code probability}, {@code votes} (of several raters, whose mean is the probability) and {@code
 * margin}.
 */
final class SoftLabels {
  private SoftLabels() {}

  /**
   * @param names the columns of the two answers
   * @param sure whether the first is better where nothing else is said
   */
  static Judgement of(Row row, List<String> names, boolean sure) {
    Cells cells = Cells.of(row);
    boolean probability = isGiven(row, "probability");
    boolean votes = isGiven(row, "votes");
    if (probability && votes) {
      throw new RefusedRow("columns \"probability\" and \"votes\" say the same; keep one of them");
    }
    if (!sure && !probability && !votes) {
      throw new RefusedRow(
          "column \"probability\" or \"votes\" is missing; it says how sure it is that %s is better"
              .formatted(names.get(0)));
    }
    double margin = isGiven(row, "margin") ? cells.number("margin") : 0;
    if (margin < 0) {
      throw new RefusedRow(
          "column \"margin\" is negative; it says by how much the chosen answer is better");
    }
    return new Judgement.Preferred(
        probability ? share("probability", cells.number("probability")) : votes ? mean(row) : 1,
        margin);
  }

  private static boolean isGiven(Row row, String column) {
    @Nullable Object value = row.columns().get(column);
    return value != null && !(value instanceof String text && text.isBlank());
  }

  private static double share(String column, double value) {
    if (value < 0 || value > 1) {
      throw new RefusedRow(
          "column \"%s\" holds %s; a number from 0 (the second is better) to 1 (the first is better) is needed"
              .formatted(column, value));
    }
    return value;
  }

  /** The mean of the raters' votes: 1 for the first answer, 0 for the second, a half for a tie. */
  private static double mean(Row row) {
    Cells cells = Cells.of(row);
    @Nullable Object found = row.columns().get("votes");
    if (!(cells.parsed("votes", found) instanceof List<?> list) || list.isEmpty()) {
      throw cells.wrong("votes", found, "a list with the vote of each rater");
    }
    double sum = 0;
    for (Object vote : list) {
      if (!(vote instanceof Number || vote instanceof Boolean)) {
        throw cells.wrong("votes", vote, "a vote: 1 or 0, true or false");
      }
      double value = vote instanceof Number n ? n.doubleValue() : (Boolean) vote ? 1 : 0;
      sum += share("votes", value);
    }
    return sum / list.size();
  }
}

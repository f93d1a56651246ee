package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.data.LengthBias;
import dev.luthier.data.TokenRow;
import java.util.List;

/**
 * What one who cannot read would say of answers, having seen the training rows: that the longest is
 * the best, or the shortest.
 *
 * @param longer whether it is the longest
 */
record ByLength(boolean longer) {
  private static final double EVEN = 0.5;

  static ByLength of(List<AnswersRow> train) {
    return new ByLength(LengthBias.of(train).share() >= EVEN);
  }

  /** A score for each answer of a row. */
  double[] scores(AnswersRow row) {
    return row.each().stream()
        .mapToDouble(TokenRow::targets)
        .map(tokens -> longer ? tokens : 0 - tokens)
        .toArray();
  }
}

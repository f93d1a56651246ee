package dev.luthier.reward;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Written;
import java.util.List;

/** Bounds that a score is cut at. */
@Doc("two numbers, the lower one first")
public record ClipRange(double low, double high) implements Written {
  private static final String RULE = "two numbers, the lower one first";

  public ClipRange {
    if (!(low < high) || Double.isInfinite(low) || Double.isInfinite(high)) {
      throw new IllegalArgumentException(RULE);
    }
  }

  public static ClipRange read(Object yaml) {
    if (yaml instanceof List<?> list
        && list.size() == 2
        && list.get(0) instanceof Number low
        && list.get(1) instanceof Number high) {
      return new ClipRange(low.doubleValue(), high.doubleValue());
    }
    throw new IllegalArgumentException(RULE);
  }

  @Override
  public Object written() {
    return List.of(low, high);
  }

  /** The nearest number within the bounds; NaN stays what it is. */
  double of(double score) {
    return Math.min(Math.max(score, low), high);
  }
}

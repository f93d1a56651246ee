package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** The share of targets that are the likeliest token. */
final class TokenTally<R extends TrainingRow> implements Tally<R> {
  private double right;
  private long all;

  @Override
  public void add(List<R> rows, Tensor targets, Tensor verdict) {
    right += verdict.eq(targets).sum().item_double();
    all += targets.numel();
  }

  @Override
  public Map<Measure, Double> values() {
    return Map.of(Measure.ACCURACY, right / all);
  }
}

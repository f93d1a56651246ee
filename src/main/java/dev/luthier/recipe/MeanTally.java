package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.loss.Loss;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;

/** Means over rows of what a method measures. */
final class MeanTally<R extends TrainingRow> implements Tally<R> {
  private final List<Measure> measures;
  private final List<String> named;
  private final double[] sums;
  private long rows;

  /**
   * @param measures in the order of verdicts
   * @param named what stands behind them under names of its own
   */
  MeanTally(List<Measure> measures, List<String> named) {
    this.measures = measures;
    this.named = named;
    this.sums = new double[measures.size() + named.size()];
  }

  /** The terms of a loss by their names, (T). */
  static Tensor sums(Loss loss, List<String> names) {
    Map<String, Tensor> terms =
        loss.terms().stream().collect(Collectors.toMap(Loss.Term::name, Loss.Term::value));
    float[] sums = new float[names.size()];
    for (int t = 0; t < sums.length; t++) {
      sums[t] = Objects.requireNonNull(terms.get(names.get(t)), names.get(t)).item_float();
    }
    return Ops.floats(sums, Compute.CPU);
  }

  /**
   * @param verdict (T) the sum of each measure over the rows
   */
  @Override
  public void add(List<R> rows, Tensor targets, Tensor verdict) {
    float[] more = Ops.toFloats(verdict);
    for (int i = 0; i < sums.length; i++) {
      sums[i] += more[i];
    }
    this.rows += rows.size();
  }

  @Override
  public Map<Measure, Double> values() {
    Map<Measure, Double> out = new EnumMap<>(Measure.class);
    for (int i = 0; i < measures.size(); i++) {
      out.put(measures.get(i), sums[i] / rows);
    }
    return out;
  }

  @Override
  public Map<String, Double> named() {
    Map<String, Double> out = new LinkedHashMap<>();
    for (int i = 0; i < named.size(); i++) {
      out.put(named.get(i), sums[measures.size() + i] / rows);
    }
    return out;
  }
}

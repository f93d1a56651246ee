package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.metric.Regression;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** How near scores come to grades, aspect by aspect; the mean of all aspects is told. */
final class GradeTally implements Tally<AnswersRow> {
  static final Set<Measure> MEASURES = Set.of(Measure.PEARSON, Measure.SPEARMAN, Measure.MSE);

  private final int aspects;
  private final List<Float> truth = new ArrayList<>();
  private final List<Float> said = new ArrayList<>();

  GradeTally(int aspects) {
    this.aspects = aspects;
  }

  /**
   * @param targets (K, A) grades
   * @param verdict (K, A) scores
   */
  @Override
  public void add(List<AnswersRow> rows, Tensor targets, Tensor verdict) {
    for (float grade : Ops.toFloats(targets.reshape(-1))) {
      truth.add(grade);
    }
    for (float score : Ops.toFloats(verdict.reshape(-1))) {
      said.add(score);
    }
  }

  @Override
  public Map<Measure, Double> values() {
    List<Regression> each =
        IntStream.range(0, aspects)
            .mapToObj(a -> Regression.of(of(truth, a), of(said, a)))
            .toList();
    return Map.of(
        Measure.PEARSON, each.stream().mapToDouble(Regression::pearson).average().orElseThrow(),
        Measure.SPEARMAN, each.stream().mapToDouble(Regression::spearman).average().orElseThrow(),
        Measure.MSE, each.stream().mapToDouble(Regression::squared).average().orElseThrow());
  }

  private double[] of(List<Float> all, int aspect) {
    return IntStream.range(0, all.size() / aspects)
        .mapToDouble(k -> all.get(k * aspects + aspect))
        .toArray();
  }
}

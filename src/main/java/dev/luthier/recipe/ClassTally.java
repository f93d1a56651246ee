package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.metric.Average;
import dev.luthier.metric.ConfusionMatrix;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** Counts which class was said where which is right. */
final class ClassTally<R extends TrainingRow> implements Tally<R> {
  private final int classes;
  private final List<Integer> truth = new ArrayList<>();
  private final List<Integer> said = new ArrayList<>();

  ClassTally(int classes) {
    this.classes = classes;
  }

  /** What it measures of so many classes. */
  static Set<Measure> measures(int classes) {
    Set<Measure> out = EnumSet.of(Measure.ACCURACY, Measure.F1, Measure.MATTHEWS);
    if (classes == 2) {
      out.add(Measure.F1_POSITIVE);
    }
    return out;
  }

  @Override
  public void add(List<R> rows, Tensor targets, Tensor verdict) {
    for (long id : Ops.toLongs(targets)) {
      truth.add((int) id);
    }
    for (long id : Ops.toLongs(verdict)) {
      said.add((int) id);
    }
  }

  @Override
  public Map<Measure, Double> values() {
    ConfusionMatrix matrix = ConfusionMatrix.of(array(truth), array(said), classes);
    Map<Measure, Double> out = new EnumMap<>(Measure.class);
    out.put(Measure.ACCURACY, matrix.accuracy());
    out.put(Measure.F1, new Average.Macro().of(matrix).f1());
    if (classes == 2) {
      out.put(Measure.F1_POSITIVE, new Average.Binary(1).of(matrix).f1());
    }
    out.put(Measure.MATTHEWS, matrix.matthews());
    return out;
  }

  private static int[] array(List<Integer> ids) {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}

package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Compares what a model says with what is right, batch after batch. */
interface Tally<R extends TrainingRow> {
  /**
   * @param rows of the batch, as they stand in it
   * @param targets (M) what is right: {@link Lesson#targets}
   * @param verdict (M) what the model says: {@link Lesson#verdict}
   */
  void add(List<R> rows, Tensor targets, Tensor verdict);

  /** The results over all that was added. */
  Map<Measure, Double> values();

  /** Those that only the recipe has names for; {@code eval.metric} knows none of them. */
  default Map<String, Double> named() {
    return Map.of();
  }
}

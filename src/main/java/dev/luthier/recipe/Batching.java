package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.tensor.Compute;
import java.util.List;

/** How rows become what a model takes. */
@FunctionalInterface
interface Batching<R extends TrainingRow, B> {
  B batch(List<R> rows, Draw draw, Compute compute);

  /** A row's share of the denominator of its step: how many targets a batch has of it. */
  default long weight(R row) {
    return row.targets();
  }

  /** How many things of a row a head scores. */
  default long scored(R row) {
    return weight(row);
  }
}

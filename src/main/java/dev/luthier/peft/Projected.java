package dev.luthier.peft;

import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Changes of whole weights of which only the best k count outside of training: what is measured,
 * merged and saved is what remains, whenever the run ends.
 */
final class Projected {
  private final Selection selection;
  private final Supplier<List<Tensor>> scores;
  private final Map<Parameter, Parameter> indices = new IdentityHashMap<>();
  private final Supplier<List<Parameter>> sources;
  private long version = -1;

  /**
   * @param scores one tensor for each weight of the selection, in its shape or flat
   * @param sources what they are computed from
   */
  Projected(Selection selection, Supplier<List<Tensor>> scores, Supplier<List<Parameter>> sources) {
    this.selection = selection;
    this.scores = scores;
    this.sources = sources;
    try (Scope scope = new Scope()) {
      for (Parameter w : selection.weights()) {
        Tensor none = Ops.longs(new long[0], selection.model().compute());
        indices.put(w, new Parameter(w.name() + ".projected", none));
      }
    }
  }

  /** Keeps the places of a weight; the weight's change owns it. */
  Parameter owned(Parameter weight) {
    Parameter found = indices.get(weight);
    if (found == null) {
      throw new IllegalStateException(weight.name() + " was not to be chosen from");
    }
    return found;
  }

  boolean training() {
    return selection.model().dropout().now(1) > 0;
  }

  /** The places of a weight that count, (k) int64; chosen anew when the scores have changed. */
  Tensor indices(Parameter weight) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      // grows whenever something is written into a tensor
      long version = sources.get().stream().mapToLong(p -> p.value()._version()).sum();
      if (version != this.version) {
        List<Tensor> best = selection.best(scores.get());
        for (int i = 0; i < best.size(); i++) {
          owned(selection.weights().get(i)).set(best.get(i));
        }
        this.version = version;
      }
    }
    return owned(weight).value();
  }

  /**
   * What the file holds of a weight: the places that count and their values.
   *
   * @param values in the weight's shape, or flat
   */
  List<Entry> entries(Parameter weight, Supplier<Tensor> values) {
    return List.of(
        new Entry(
            weight.name() + Delta.INDICES,
            () -> Delta.Somewhere.stored(indices(weight), weight),
            saved -> Projected.refuse()),
        new Entry(
            weight.name() + Delta.VALUES,
            () -> values.get().reshape(-1).index_select(0, indices(weight)),
            saved -> Projected.refuse()));
  }

  /** What comes from a file is of {@link Delta.Somewhere}. */
  private static void refuse() {
    throw new IllegalStateException("places that are yet to be chosen cannot be read");
  }
}

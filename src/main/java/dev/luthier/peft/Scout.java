package dev.luthier.peft;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What a method has to find out on the run's data before its first step: which weights are to
 * learn. Meanwhile another method is on the model, under which all of them could.
 */
public sealed interface Scout {
  /** What is on the model meanwhile. */
  Peft with();

  /** What would be on the model in the end, by size: to be shown before anything is known. */
  Peft likeness();

  /**
   * The places that were chosen, by the names of the adapter's file; see {@link Adapted#attach}.
   *
   * @param adapted the model with {@link #with}, afterwards
   */
  Map<String, Tensor> choice(Adapted<?> adapted);

  /** Gradients of some steps' batches, at the loaded weights, without dropout. */
  record Gradients(Sparse sparse, int batches, boolean squared) implements Scout {
    @Override
    public Peft with() {
      return whole(sparse.targets(), sparse.save());
    }

    @Override
    public Peft likeness() {
      return sparse.chosenBy(new Choose.Random());
    }

    /**
     * Squares of single rows' gradients are summed by the caller (Fisher), else the gradients are
     * those of all batches together.
     *
     * @param adapted with the sums in the place of its gradients
     */
    @Override
    public Map<String, Tensor> choice(Adapted<?> adapted) {
      return Selection.of(adapted, sparse.amount(), sparse.unit())
          .named(values(adapted).map(Scout::size).toList());
    }
  }

  /**
   * A training of its own, of all weights, whose result is then thrown away.
   *
   * @param length its steps, as a multiple of the run's
   */
  record Rehearsal(LtSft method, double length) implements Scout {
    @Override
    public Peft with() {
      return whole(method.targets(), method.save());
    }

    @Override
    public Peft likeness() {
      return new Sparse(
          method.share(),
          method.count(),
          method.targets(),
          Unit.WEIGHT,
          new Choose.Random(),
          method.save());
    }

    @Override
    public Map<String, Tensor> choice(Adapted<?> adapted) {
      return Selection.of(adapted, method.amount(), Unit.WEIGHT)
          .named(values(adapted).map(Tensor::abs).toList());
    }
  }

  /** Zero where a weight took part in nothing. */
  private static Tensor size(Tensor weight) {
    return weight.grad().defined() ? weight.grad().abs() : torch.zeros_like(weight);
  }

  private static Peft whole(Targets targets, List<String> save) {
    return new Unfreeze(new Unfreeze.Modules(targets), save);
  }

  private static Stream<Tensor> values(Adapted<?> adapted) {
    return Deltas.of(adapted).stream().map(d -> d.trained().get(0).value());
  }

  /** The scout of a choice that needs gradients. */
  static Optional<Scout> gradients(Sparse sparse, int batches, boolean squared) {
    return Optional.of(new Gradients(sparse, batches, squared));
  }
}

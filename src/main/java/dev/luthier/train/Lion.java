package dev.luthier.train;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Compute;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Lion, an optimizer that was found by search: Chen et al. 2023 (arXiv 2302.06675), algorithm 2.
 * Every weight moves by the rate, up or down; half of AdamW's state. With g the gradient, lr the
 * rate and d the decay, a step is
 *
 * <pre>
 *   w = w - lr (sign(b1 m + (1 - b1) g) + d w),   m = b2 m + (1 - b2) g
 * </pre>
 */
@Doc(
    value = "Lion: the sign of a mean gradient (arXiv 2302.06675)",
    elsewhere = {"lion_32bit"})
public record Lion(
    @Doc(
            "Decay of the weights per step, times the rate; never on norms and biases. As the rate is"
                + " smaller than AdamW's, the decay is larger")
        @Default("0.05")
        double weightDecay,
    @Doc(
            value = "Share of the mean in the step, and decay of the mean",
            elsewhere = {"adam_beta1", "adam_beta2"})
        @Default("[0.9, 0.99]")
        Betas betas,
    @Doc("Parameters with a rate or a decay of their own; the first match counts") @Default("[]")
        List<GroupSpec> groups)
    implements Optimizer {
  private static final List<Shelf.Kept> KEPT = List.of(Shelf.Kept.float32("momentum"));

  public Lion {
    Check.atLeast("lion.weight_decay", 0.0, weightDecay);
  }

  /** Section 5: three to ten times smaller than AdamW's. */
  @Override
  public double rateBesideAdam() {
    return 0.2;
  }

  @Override
  public Moments begin(List<Optim.Group> groups, Compute compute, Path folder) {
    List<Piece> pieces = Piece.cut(groups, Piece.most(compute));
    return new Piecewise(
        List.of(new Piecewise.Part(pieces, KEPT, this::move)), Shelf.resident(compute));
  }

  @Override
  public long stateBytes(List<long[]> shapes) {
    return Float.BYTES * Optimizer.count(shapes);
  }

  private void move(Tensor w, Tensor g, List<Tensor> state, double lr, double decay, long t) {
    Tensor m = state.get(0); // (n)
    double b1 = betas.first();
    double b2 = betas.second();
    Tensor c = m.mul(new Scalar(b1)).add_(g, new Scalar(1 - b1)); // line 5
    if (decay != 0) {
      w.mul_(new Scalar(1 - lr * decay)); // line 6
    }
    w.add_(c.sign_(), new Scalar(-lr)); // line 6
    m.mul_(new Scalar(b2)).add_(g, new Scalar(1 - b2)); // line 7
  }
}

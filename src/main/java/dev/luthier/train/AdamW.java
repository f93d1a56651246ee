package dev.luthier.train;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.Check;
import dev.luthier.tensor.Compute;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Adam with decoupled weight decay: Loshchilov and Hutter 2019 (arXiv 1711.05101), algorithm 2,
 * equal to torch.optim.AdamW. With g the gradient, lr the rate and d the decay, step t is
 *
 * <pre>
 *   m = b1 m + (1 - b1) g,   v = b2 v + (1 - b2) g^2
 *   w = w - lr d w - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
 * </pre>
 */
@Doc(
    value = "Adam with decoupled weight decay (arXiv 1711.05101)",
    elsewhere = {"adamw_torch", "adamw_torch_fused", "adamw_hf", "adam"})
@Name("adamw")
public record AdamW(
    @Doc("Decay of the weights per step, times the rate; never on norms and biases")
        @Default("0.01")
        double weightDecay,
    @Doc(
            value = "Decay of the running mean and of the running square of the gradient",
            elsewhere = {"adam_beta1", "adam_beta2"})
        @Default("[0.9, 0.999]")
        Betas betas,
    @Doc(
            value = "Added to the root of the running square",
            elsewhere = {"adam_epsilon", "epsilon"})
        @Default("1e-8")
        double eps,
    @Doc(
            value =
                "Whether the state lies in memory that is cheaper than the weights': of a GPU in the"
                    + " host's, of a CPU in a mapped file; the numbers are the same",
            elsewhere = {"paged_adamw", "paged_adamw_32bit"})
        @Default("false")
        boolean paged,
    @Doc("Parameters with a rate or a decay of their own; the first match counts") @Default("[]")
        List<GroupSpec> groups)
    implements Optimizer {
  private static final List<Shelf.Kept> KEPT =
      List.of(Shelf.Kept.float32("mean"), Shelf.Kept.float32("square"));

  public AdamW {
    Check.atLeast("adamw.weight_decay", 0.0, weightDecay);
    Check.above("adamw.eps", 0, eps);
  }

  /** Without decay and groups of its own. */
  public static AdamW of(double beta1, double beta2, double eps) {
    return new AdamW(0, new Betas(beta1, beta2), eps, false, List.of());
  }

  @Override
  public double rateBesideAdam() {
    return 1;
  }

  @Override
  public Moments begin(List<Optim.Group> groups, Compute compute, Path folder) {
    List<Piece> pieces = Piece.cut(groups, Piece.most(compute));
    return new Piecewise(
        List.of(new Piecewise.Part(pieces, KEPT, this::move)),
        paged ? Shelf.paged(compute, folder) : Shelf.resident(compute));
  }

  @Override
  public long stateBytes(List<long[]> shapes) {
    return 2L * Float.BYTES * Optimizer.count(shapes);
  }

  private void move(Tensor w, Tensor g, List<Tensor> state, double lr, double decay, long t) {
    Tensor m = state.get(0); // (n)
    Tensor v = state.get(1); // (n)
    double b1 = betas.first();
    double b2 = betas.second();
    m.lerp_(g, new Scalar(1 - b1)); // line 7
    v.mul_(new Scalar(b2)).addcmul_(g, g, new Scalar(1 - b2)); // line 8
    double correction = Math.sqrt(1 - Math.pow(b2, t)); // line 10
    Tensor root = v.sqrt().div_(new Scalar(correction)).add_(new Scalar(eps));
    if (decay != 0) {
      w.mul_(new Scalar(1 - lr * decay)); // line 12
    }
    w.addcdiv_(m, root, new Scalar(-lr / (1 - Math.pow(b1, t)))); // lines 9, 12
  }
}

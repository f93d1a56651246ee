package dev.luthier.train;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Stochastic gradient descent with momentum (Polyak 1964) or with Nesterov's, as Sutskever et al.
 * 2013 ("On the importance of initialization and momentum in deep learning") write both; equal to
 * torch.optim.SGD. With g the gradient, lr the rate, d the decay and p the momentum, a step is
 *
 * <pre>
 *   g' = g + d w,   v = p v + g',   w = w - lr v        (with Nesterov: w - lr (g' + p v))
 * </pre>
 *
 * The decay is part of the gradient here, unlike AdamW's. In the paper, equations 1 to 4, the rate
 * is within v; here it is outside, as in torch, which is the same while the rate is constant.
 */
@Doc(
    value = "Stochastic gradient descent with momentum",
    elsewhere = {"momentum"})
public record Sgd(
    @Doc("Share of the weight that is added to its gradient; never on norms and biases")
        @Default("0")
        double weightDecay,
    @Doc("Decay of the sum of gradients; 0 keeps none, and no state") @Default("0.9")
        double momentum,
    @Doc("Whether the step looks ahead by one more step of the momentum") @Default("false")
        boolean nesterov,
    @Doc("Parameters with a rate or a decay of their own; the first match counts") @Default("[]")
        List<GroupSpec> groups)
    implements Optimizer {
  private static final List<Shelf.Kept> KEPT = List.of(Shelf.Kept.float32("velocity"));

  public Sgd {
    Check.atLeast("sgd.weight_decay", 0.0, weightDecay);
    Check.below("sgd.momentum", 0, 1, momentum);
    if (nesterov && momentum == 0) {
      throw new UserError("sgd.nesterov needs sgd.momentum > 0, was 0");
    }
  }

  /** Measured, and rough: it depends on how many weights share a gradient (docs/memory.md). */
  @Override
  public double rateBesideAdam() {
    return 100;
  }

  @Override
  public Moments begin(List<Optim.Group> groups, Compute compute, Path folder) {
    List<Piece> pieces = Piece.cut(groups, Piece.most(compute));
    Piecewise.Part part =
        momentum == 0
            ? new Piecewise.Part(pieces, List.of(), this::plain)
            : new Piecewise.Part(pieces, KEPT, this::move);
    return new Piecewise(List.of(part), Shelf.resident(compute));
  }

  @Override
  public long stateBytes(List<long[]> shapes) {
    return momentum == 0 ? 0 : Float.BYTES * Optimizer.count(shapes);
  }

  private void plain(Tensor w, Tensor g, List<Tensor> none, double lr, double decay, long t) {
    w.add_(decayed(w, g, decay), new Scalar(-lr));
  }

  private void move(Tensor w, Tensor g, List<Tensor> state, double lr, double decay, long t) {
    Tensor v = state.get(0); // (n)
    Scalar p = new Scalar(momentum);
    Tensor force = decayed(w, g, decay);
    v.mul_(p).add_(force); // equations 1 and 3, without the rate
    w.add_(nesterov ? force.add(v, p) : v, new Scalar(-lr)); // equations 2 and 4
  }

  private static Tensor decayed(Tensor w, Tensor g, double decay) {
    return decay == 0 ? g : g.add(w, new Scalar(decay));
  }
}

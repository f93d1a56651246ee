package dev.luthier.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * {@link Kernels} in libtorch's own operations, on every device: what the fused ones must equal.
 */
public final class PlainKernels implements Kernels {
  @Override
  public void rmsNorm(Tensor x, Tensor w, double eps, Tensor out, Tensor scale) {
    Tensor wide = x.to(ScalarType.Float);
    Tensor r = mean(wide.square()).add(new Scalar(eps)).rsqrt(); // (N, 1)
    scale.copy_(r.squeeze(1));
    out.copy_(wide.mul(r).mul(w.to(ScalarType.Float)));
  }

  @Override
  public Tensor rmsNormBack(Tensor g, Tensor x, Tensor w, Tensor scale, Tensor residual) {
    Tensor wide = x.to(ScalarType.Float);
    Tensor gw = g.to(ScalarType.Float).mul(w.to(ScalarType.Float));
    Tensor r = scale.unsqueeze(1); // (N, 1)
    Tensor k = mean(gw.mul(wide)).mul(r.pow(new Scalar(3.0)));
    Tensor dx = gw.mul(r).sub_(wide.mul(k)); // r g w - x r^3 mean(g w x)
    return dx.add_(residual.to(ScalarType.Float)).to(x.scalar_type());
  }

  private static Tensor mean(Tensor x) {
    return x.mean(new long[] {1}, true, new ScalarTypeOptional());
  }

  @Override
  public void rotate(Tensor heads, Tensor cos, Tensor sin) {
    long part = cos.size(2);
    Tensor x = heads.narrow(2, 0, part);
    Tensor wide = x.to(ScalarType.Float);
    Tensor partner = wide.roll(new long[] {part / 2}, 2);
    x.copy_(wide.mul(cos).add_(partner.mul(sin)));
  }

  @Override
  public Tensor rotateBack(Tensor q, Tensor k, Tensor v, Tensor cos, Tensor sin) {
    long rows = q.size(0);
    return Ops.cat(
        1,
        turnedBack(q, cos, sin).reshape(rows, -1),
        turnedBack(k, cos, sin).reshape(rows, -1),
        v.reshape(rows, -1));
  }

  private static Tensor turnedBack(Tensor g, Tensor cos, Tensor sin) {
    long part = cos.size(2);
    Tensor wide = g.narrow(2, 0, part).to(ScalarType.Float);
    Tensor partner = wide.mul(sin).roll(new long[] {part / 2}, 2);
    Tensor turned = wide.mul(cos).add_(partner).to(g.scalar_type());
    return part == g.size(2) ? turned : Ops.cat(2, turned, g.narrow(2, part, g.size(2) - part));
  }

  @Override
  public void swiglu(Tensor both, Tensor out) {
    long inner = both.size(1) / 2;
    Tensor gate = both.narrow(1, 0, inner).to(ScalarType.Float);
    out.copy_(torch.silu(gate).mul_(both.narrow(1, inner, inner)));
  }

  @Override
  public void swigluBack(Tensor both, Tensor gradient) {
    long inner = both.size(1) / 2;
    Tensor gate = both.narrow(1, 0, inner);
    Tensor up = both.narrow(1, inner, inner);
    Tensor x = gate.to(ScalarType.Float);
    Tensor u = up.to(ScalarType.Float);
    Tensor g = gradient.to(ScalarType.Float);
    Tensor sigmoid = torch.sigmoid(x);
    Tensor act = x.mul(sigmoid);
    // silu'(x) = sigmoid (1 + x (1 - sigmoid)) = sigmoid + act (1 - sigmoid)
    Tensor slope = sigmoid.add(act.mul(sigmoid.neg().add_(new Scalar(1.0))));
    Tensor dGate = g.mul(u).mul_(slope);
    Tensor dUp = g.mul(act);
    Tensor out = act.mul(u); // before its parts are written over: u may be a view of them
    gate.copy_(dGate);
    up.copy_(dUp);
    gradient.copy_(out);
  }

  @Override
  public Tensor crossEntropy(Tensor scores, Tensor targets, double factor) {
    Tensor logs =
        torch.log_softmax(scores.to(ScalarType.Float), 1, new ScalarTypeOptional()); // (N, V)
    Tensor at = targets.unsqueeze(1);
    Tensor losses = logs.gather(1, at).squeeze(1).neg();
    Tensor gradient = logs.exp_();
    gradient.scatter_add_(1, at, torch.ones_like(at.to(ScalarType.Float)).neg_());
    scores.copy_(gradient.mul_(new Scalar(factor)));
    return losses;
  }

  @Override
  public StepKernels step() {
    return new PlainStepKernels(this);
  }
}

package dev.luthier.peft;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * New float32 weights. They are drawn on the CPU, so that a seed gives the same ones on every
 * device.
 */
final class Fresh {
  private Fresh() {}

  static Tensor full(Compute compute, double value, long... shape) {
    return torch.full(shape, new Scalar(value), compute.options(ScalarType.Float));
  }

  /** N(0, deviation). */
  static Tensor normal(Compute compute, double deviation, long... shape) {
    Tensor host = torch.randn(shape, Compute.CPU.options(ScalarType.Float));
    return on(compute, host.mul(Ops.scalar(deviation)));
  }

  /** Uniform in +-bound. */
  static Tensor uniform(Compute compute, double bound, long... shape) {
    Tensor host = torch.empty(shape);
    return on(compute, host.uniform_(-bound, bound, new GeneratorOptional()));
  }

  /** N(0, deviation) cut at so many deviations: the inverse of its cumulative distribution. */
  static Tensor cut(Compute compute, double deviation, double at, long... shape) {
    double share =
        torch.erf(torch.full(new long[] {1}, new Scalar(at / Math.sqrt(2)))).item_double();
    Tensor even = torch.empty(shape).uniform_(-share, share, new GeneratorOptional());
    return on(compute, even.erfinv().mul(Ops.scalar(deviation * Math.sqrt(2))));
  }

  private static Tensor on(Compute compute, Tensor host) {
    return host.to(compute.torchDevice(), ScalarType.Float);
  }
}

package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * x / sqrt(mean(x^2) + eps) * w over the last dimension (Zhang and Sennrich 2019, eq. 4).
 *
 * @param weight w (H)
 */
public record RmsNorm(Parameter weight, double eps) implements Stored {
  @Override
  public Tensor apply(Tensor x) {
    return torch.rms_norm(
        x, new long[] {weight.count()}, new TensorOptional(weight.as(x)), new DoubleOptional(eps));
  }

  @Override
  public Map<String, Parameter> weights() {
    return Map.of("weight", weight);
  }

  @Override
  public RmsNorm rewritten(UnaryOperator<Parameter> rewriting) {
    return new RmsNorm(rewriting.apply(weight), eps);
  }

  @Override
  public RmsNorm copy(String path) {
    return new RmsNorm(Stored.copyOf(path + ".weight", weight), eps);
  }
}

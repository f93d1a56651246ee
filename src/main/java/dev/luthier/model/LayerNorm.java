package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * (x - mean) / sqrt(variance + eps) * w + b over the last dimension (Ba et al. 2016).
 *
 * @param width H
 * @param weight w (H), or none
 * @param bias b (H), or none
 */
public record LayerNorm(
    long width, @Nullable Parameter weight, @Nullable Parameter bias, double eps)
    implements Stored {
  @Override
  public Tensor apply(Tensor x) {
    return torch.layer_norm(
        x, new long[] {width}, optional(weight, x), optional(bias, x), eps, true);
  }

  private static TensorOptional optional(@Nullable Parameter p, Tensor x) {
    return p == null ? new TensorOptional() : new TensorOptional(p.as(x));
  }

  @Override
  public Map<String, Parameter> weights() {
    return Stored.named(weight, bias);
  }

  @Override
  public LayerNorm rewritten(UnaryOperator<Parameter> rewriting) {
    return new LayerNorm(width, Stored.any(weight, rewriting), Stored.any(bias, rewriting), eps);
  }

  @Override
  public LayerNorm copy(String path) {
    return new LayerNorm(
        width,
        Stored.copyOfAny(path + ".weight", weight),
        Stored.copyOfAny(path + ".bias", bias),
        eps);
  }
}

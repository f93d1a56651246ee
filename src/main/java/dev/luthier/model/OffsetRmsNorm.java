package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * x / sqrt(mean(x^2) + eps) * (1 + w) over the last dimension, in float32: Gemma's norm
 * (transformers' modeling_gemma2.py).
 *
 * @param weight w (H)
 */
public record OffsetRmsNorm(Parameter weight, double eps) implements Stored {
  @Override
  public Tensor apply(Tensor x) {
    Tensor scale = weight.value().to(ScalarType.Float).add(new Scalar(1.0));
    return torch
        .rms_norm(
            x.to(ScalarType.Float),
            new long[] {weight.count()},
            new TensorOptional(scale),
            new DoubleOptional(eps))
        .to(x.scalar_type());
  }

  @Override
  public Map<String, Parameter> weights() {
    return Map.of("weight", weight);
  }

  @Override
  public OffsetRmsNorm rewritten(UnaryOperator<Parameter> rewriting) {
    return new OffsetRmsNorm(rewriting.apply(weight), eps);
  }

  @Override
  public OffsetRmsNorm copy(String path) {
    return new OffsetRmsNorm(Stored.copyOf(path + ".weight", weight), eps);
  }
}

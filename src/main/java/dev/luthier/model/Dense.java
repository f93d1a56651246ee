package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * y = x W^T + b, as torch.nn.Linear.
 *
 * @param weight W (out, in)
 * @param bias b (out), or none
 */
public record Dense(Parameter weight, @Nullable Parameter bias) implements Stored {
  @Override
  public Tensor apply(Tensor x) {
    return bias == null
        ? torch.linear(x, weight.as(x))
        : torch.linear(x, weight.as(x), new TensorOptional(bias.as(x)));
  }

  @Override
  public Map<String, Parameter> weights() {
    return bias == null ? Map.of("weight", weight) : Map.of("weight", weight, "bias", bias);
  }

  @Override
  public Dense copy(String path) {
    return new Dense(
        Stored.copyOf(path + ".weight", weight),
        bias == null ? null : Stored.copyOf(path + ".bias", bias));
  }

  public long in() {
    return weight.value().size(1);
  }

  public long out() {
    return weight.value().size(0);
  }
}

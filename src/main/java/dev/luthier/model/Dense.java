package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.Map;
import java.util.function.UnaryOperator;
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
public record Dense(Parameter weight, @Nullable Parameter bias) implements Linear {
  @Override
  public Tensor apply(Tensor x) {
    return bias == null
        ? torch.linear(x, weight.as(x))
        : torch.linear(x, weight.as(x), new TensorOptional(bias.as(x)));
  }

  @Override
  public Map<String, Parameter> weights() {
    return Stored.named(weight, bias);
  }

  @Override
  public Dense rewritten(UnaryOperator<Parameter> rewriting) {
    return new Dense(rewriting.apply(weight), Stored.any(bias, rewriting));
  }

  @Override
  public Dense copy(String path) {
    return new Dense(
        Stored.copyOf(path + ".weight", weight), Stored.copyOfAny(path + ".bias", bias));
  }

  @Override
  public Dense biased(Parameter by) {
    return new Dense(weight, by);
  }

  @Override
  public long in() {
    return weight.shape()[1];
  }

  @Override
  public long out() {
    return weight.shape()[0];
  }

  @Override
  public Tensor matrix() {
    return weight.value();
  }
}

package dev.luthier.model;

import dev.luthier.tensor.Parameter;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * y = x W + b: GPT-2's linear map, whose matrix lies the other way round in the files
 * (transformers' Conv1D).
 *
 * @param weight W (in, out)
 * @param bias b (out)
 */
public record Conv1d(Parameter weight, Parameter bias) implements Linear {
  @Override
  public Tensor apply(Tensor x) { // (N, in)
    return torch.addmm(bias.as(x), x, weight.as(x));
  }

  @Override
  public Map<String, Parameter> weights() {
    return Stored.named(weight, bias);
  }

  @Override
  public Conv1d rewritten(UnaryOperator<Parameter> rewriting) {
    return new Conv1d(rewriting.apply(weight), rewriting.apply(bias));
  }

  @Override
  public Conv1d copy(String path) {
    return new Conv1d(Stored.copyOf(path + ".weight", weight), Stored.copyOf(path + ".bias", bias));
  }

  @Override
  public Conv1d biased(Parameter by) {
    return new Conv1d(weight, by);
  }

  @Override
  public long in() {
    return weight.shape()[0];
  }

  @Override
  public long out() {
    return weight.shape()[1];
  }

  @Override
  public Tensor matrix() {
    return weight.value().t();
  }
}

package dev.luthier.peft;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The functions in the middle of a bottleneck. */
public enum Nonlinearity {
  RELU(torch::relu, "relu"),
  SILU(torch::silu, "swish", "silu"),
  GELU(torch::gelu, "gelu"),
  GELU_NEW(x -> torch.gelu(x, "tanh"), "gelu_new", "gelu_pytorch_tanh"),
  LEAKY_RELU(torch::leaky_relu, "leakyrelu", "leaky_relu"),
  TANH(torch::tanh, "tanh"),
  SIGMOID(torch::sigmoid, "sigmoid"),
  LINEAR(x -> x, "linear");

  private final UnaryOperator<Tensor> function;
  private final List<String> names;

  Nonlinearity(UnaryOperator<Tensor> function, String... names) {
    this.function = function;
    this.names = List.of(names);
  }

  Tensor apply(Tensor x) {
    return function.apply(x);
  }

  /** Its name in AdapterHub's files. */
  String inFiles() {
    return names.get(0);
  }

  static Optional<Nonlinearity> named(String name) {
    return Arrays.stream(values()).filter(f -> f.names.contains(name)).findFirst();
  }
}

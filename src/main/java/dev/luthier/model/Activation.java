package dev.luthier.model;

import dev.luthier.error.UserError;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The activations by their names in config.json, equal to transformers' activations.py. */
final class Activation {
  private static final Map<String, UnaryOperator<Tensor>> KNOWN =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("silu", torch::silu),
              Map.entry("swish", torch::silu),
              Map.entry("gelu", torch::gelu),
              Map.entry("gelu_python", torch::gelu),
              Map.entry("gelu_new", Activation::tanhGelu),
              Map.entry("gelu_fast", Activation::tanhGelu),
              Map.entry("gelu_pytorch_tanh", Activation::tanhGelu),
              Map.entry("gelu_python_tanh", Activation::tanhGelu),
              Map.entry("gelu_accurate", Activation::tanhGelu),
              Map.entry("quick_gelu", x -> x.mul(torch.sigmoid(x.mul(new Scalar(1.702))))),
              Map.entry("relu", torch::relu),
              Map.entry("relu2", x -> torch.relu(x).square()),
              Map.entry("relu_squared", x -> torch.relu(x).square()),
              Map.entry("relu6", torch::relu6),
              Map.entry(
                  "gelu_10",
                  x -> torch.gelu(x).clamp_min(new Scalar(-10)).clamp_max(new Scalar(10))),
              Map.entry("leaky_relu", torch::leaky_relu),
              Map.entry("mish", torch::mish),
              Map.entry("tanh", torch::tanh),
              Map.entry("sigmoid", torch::sigmoid),
              Map.entry("linear", x -> x)));

  private Activation() {}

  /**
   * The activation that a key of config.json names.
   *
   * @throws UserError if it is unknown
   */
  static UnaryOperator<Tensor> of(ModelConfig config, String key, String otherwise) {
    return named(config, key, config.text(key, otherwise));
  }

  static UnaryOperator<Tensor> named(ModelConfig config, String key, String name) {
    UnaryOperator<Tensor> found = KNOWN.get(name);
    if (found == null) {
      throw new UserError(
          "%s: %s %s is not built; known are %s"
              .formatted(config.file(), key, name, KNOWN.keySet()));
    }
    return found;
  }

  static boolean isSilu(UnaryOperator<Tensor> act) {
    return act == KNOWN.get("silu") || act == KNOWN.get("swish");
  }

  private static Tensor tanhGelu(Tensor x) {
    return torch.gelu(x, "tanh");
  }
}

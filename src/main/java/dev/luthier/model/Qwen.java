package dev.luthier.model;

import dev.luthier.error.UserError;

/**
 * Qwen2, which is Qwen2.5 too, and Qwen3 (Yang et al. 2024, 2025), equal to transformers'
 * modeling_qwen2.py and modeling_qwen3.py: Llama with biases on queries, keys and values, or with
 * norms on queries and keys; the upper layers may have a window.
 */
final class Qwen {
  private Qwen() {}

  static Trunk second(Parts parts) {
    Rope rope = Rope.of(parts.config());
    return Llama.trunk(
        parts,
        i -> {
          String at = "model.layers." + i + ".self_attn.";
          return new Attention(
              i,
              parts.separate(at, true),
              rope,
              parts.dot(),
              sight(parts.config(), i),
              parts.output(at + "o_proj", false));
        },
        false);
  }

  static Trunk third(Parts parts) {
    ModelConfig config = parts.config();
    Rope rope = Rope.of(config);
    boolean bias = config.flag("attention_bias", false);
    return Llama.trunk(
        parts,
        i -> {
          String at = "model.layers." + i + ".self_attn.";
          Qkv normed =
              new Qkv.Normed(
                  parts.separate(at, bias),
                  parts.rms(at + "q_norm", config.headDim()),
                  parts.rms(at + "k_norm", config.headDim()));
          return new Attention(
              i, normed, rope, parts.dot(), sight(config, i), parts.output(at + "o_proj", bias));
        },
        false);
  }

  private static Sight sight(ModelConfig config, int layer) {
    boolean windows =
        config.flag("use_sliding_window", false) && config.json().path("sliding_window").isNumber();
    boolean upper = layer >= config.number("max_window_layers", 28);
    String type = config.layerType(layer, windows && upper ? Windows.SLIDING : Windows.FULL);
    if (type.equals(Windows.SLIDING) && !windows) {
      throw new UserError(
          "%s: layer %d is sliding_attention, but use_sliding_window is false or sliding_window null; set both or make it full_attention"
              .formatted(config.file(), layer));
    }
    return Windows.sight(config, type);
  }
}

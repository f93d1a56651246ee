package dev.luthier.model;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * SmolLM3 (Hugging Face 2025), equal to transformers' modeling_smollm3.py: Llama, some of whose
 * layers turn nothing (Yang et al. 2025, NoPE).
 */
final class SmolLm3 {
  private SmolLm3() {}

  static Trunk trunk(Parts parts) {
    ModelConfig config = parts.config();
    Rope rope = Rope.of(config);
    boolean bias = config.flag("attention_bias", false);
    return Llama.trunk(
        parts,
        i -> {
          String at = "model.layers." + i + ".self_attn.";
          return new Attention(
              i,
              parts.separate(at, bias),
              turns(config, i) ? rope : null,
              parts.dot(),
              sight(config, i),
              parts.output(at + "o_proj", bias));
        },
        config.flag("mlp_bias", false));
  }

  private static boolean turns(ModelConfig config, int layer) {
    JsonNode marks = config.json().path("no_rope_layers");
    return marks.isArray() && layer < marks.size()
        ? marks.get(layer).asInt() != 0
        : (layer + 1) % config.integer("no_rope_layer_interval", 4) != 0;
  }

  private static Sight sight(ModelConfig config, int layer) {
    boolean windows =
        config.flag("use_sliding_window", false) && config.json().path("sliding_window").isNumber();
    String usual = windows && !turns(config, layer) ? Windows.SLIDING : Windows.FULL;
    return Windows.sight(config, config.layerType(layer, usual));
  }
}

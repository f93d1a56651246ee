package dev.luthier.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.luthier.error.UserError;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * Gemma 2 and the text part of Gemma 3 (Riviere et al. 2024; Kamath et al. 2025), equal to
 * transformers' modeling_gemma2.py on its eager path, and modeling_gemma3.py: four norms a layer,
 * layers that see a window, scaled embeddings; soft caps in Gemma 2, norms on queries and keys and
 * two ropes in Gemma 3.
 */
final class Gemma {
  private Gemma() {}

  static Trunk second(Parts parts) {
    ModelConfig config = parts.config();
    boolean bias = config.flag("attention_bias", false);
    Rope rope = Rope.of(config);
    double cap = config.number("attn_logit_softcapping", 0);
    Scores scores =
        cap == 0
            ? parts.dot(scale(config))
            : new Scores.Capped(
                scale(config),
                cap,
                parts.weights().dropout(),
                Bounds.share(config, "attention_dropout", 0));
    return trunk(
        parts,
        i -> {
          String at = "model.layers." + i + ".self_attn.";
          String type = config.layerType(i, i % 2 == 0 ? Windows.SLIDING : Windows.FULL);
          return new Attention(
              i,
              parts.separate(at, bias),
              rope,
              scores,
              Windows.sight(config, type),
              parts.output(at + "o_proj", bias));
        });
  }

  static Trunk third(Parts parts) {
    ModelConfig config = parts.config();
    if (config.flag("use_bidirectional_attention", false)) {
      throw new UserError(
          config.file() + ": use_bidirectional_attention is not built; set it to false");
    }
    boolean bias = config.flag("attention_bias", false);
    Rope full = rope(config, Windows.FULL, config.number("rope_theta", 1e6));
    Rope sliding = rope(config, Windows.SLIDING, config.number("rope_local_base_freq", 1e4));
    double every =
        config.number("_sliding_window_pattern", config.number("sliding_window_pattern", 6));
    return trunk(
        parts,
        i -> {
          String at = "model.layers." + i + ".self_attn.";
          String type = config.layerType(i, (i + 1) % every == 0 ? Windows.FULL : Windows.SLIDING);
          Qkv normed =
              new Qkv.Normed(
                  parts.separate(at, bias),
                  parts.offsetRms(at + "q_norm", config.headDim()),
                  parts.offsetRms(at + "k_norm", config.headDim()));
          return new Attention(
              i,
              normed,
              type.equals(Windows.FULL) ? full : sliding,
              parts.dot(scale(config)),
              Windows.sight(config, type),
              parts.output(at + "o_proj", bias));
        });
  }

  private static double scale(ModelConfig config) {
    return 1 / Math.sqrt(Bounds.aboveZero(config, "query_pre_attn_scalar", 256));
  }

  /** By layer type (v5), or by rope_theta, rope_scaling and rope_local_base_freq. */
  private static Rope rope(ModelConfig config, String type, double theta) {
    JsonNode both = config.json().path("rope_parameters");
    JsonNode old =
        type.equals(Windows.FULL) ? config.json().path("rope_scaling") : MissingNode.getInstance();
    return Rope.of(config, both.path(type).isObject() ? both.path(type) : old, theta, 1);
  }

  private static Trunk trunk(Parts parts, IntFunction<Attention> attention) {
    ModelConfig config = parts.config();
    long hidden = config.hiddenSize();
    UnaryOperator<Tensor> act = Activation.of(config, "hidden_activation", "gelu_pytorch_tanh");
    Slot table = parts.tokens("model.embed_tokens");
    return new Trunk(
        Embedding.of(table, UnaryOperator.identity()).scaled(Math.sqrt(hidden)),
        parts.layers(
            i -> {
              String at = "model.layers." + i + ".";
              return new Block.Sandwich(
                  parts.offsetRms(at + "input_layernorm", hidden),
                  attention.apply(i),
                  parts.offsetRms(at + "post_attention_layernorm", hidden),
                  parts.offsetRms(at + "pre_feedforward_layernorm", hidden),
                  parts.gated(at + "mlp.", false, act),
                  parts.offsetRms(at + "post_feedforward_layernorm", hidden));
            }),
        parts.offsetRms("model.norm", hidden),
        null);
  }
}

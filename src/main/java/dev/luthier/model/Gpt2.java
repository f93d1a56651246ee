package dev.luthier.model;

import dev.luthier.error.UserError;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * GPT-2 (Radford et al. 2019), equal to transformers' modeling_gpt2.py: learned positions, and
 * linear maps that lie the other way round in the files.
 */
final class Gpt2 {
  private Gpt2() {}

  static Trunk trunk(Parts parts) {
    ModelConfig config = parts.config();
    if (config.flag("add_cross_attention", false)) {
      throw new UserError(config.file() + ": add_cross_attention is not built; set it to false");
    }
    long hidden = config.hiddenSize();
    long inner = config.integer("n_inner", 4 * config.hiddenSize());
    double eps = Bounds.atLeastZero(config, "layer_norm_epsilon", 1e-5);
    UnaryOperator<Tensor> act = Activation.of(config, "activation_function", "gelu_new");
    UnaryOperator<Tensor> drop = parts.drop("resid_pdrop", 0.1);
    Slot words = parts.tokens("transformer.wte", hidden, -1);
    Slot places = parts.table("transformer.wpe", config.maxPositions(), hidden, -1);
    return new Trunk(
        Embedding.of(words, parts.drop("embd_pdrop", 0.1)).at(places, layout -> layout.positions),
        parts.layers(
            i -> {
              String at = "transformer.h." + i + ".";
              return new Block.PreNorm(
                  parts.layerNorm(at + "ln_1", eps),
                  attention(parts, at + "attn.", i),
                  parts.layerNorm(at + "ln_2", eps),
                  new Mlp.Plain(
                      parts.conv1d(at + "mlp.c_fc", inner, hidden),
                      parts.conv1d(at + "mlp.c_proj", hidden, inner),
                      act,
                      UnaryOperator.identity()),
                  drop);
            }),
        parts.layerNorm("transformer.ln_f", eps),
        null);
  }

  private static Attention attention(Parts parts, String at, int layer) {
    ModelConfig config = parts.config();
    long hidden = config.hiddenSize();
    double scale = config.flag("scale_attn_weights", true) ? 1 / Math.sqrt(config.headDim()) : 1;
    boolean byLayer = config.flag("scale_attn_by_inverse_layer_idx", false);
    return new Attention(
        layer,
        new Qkv.Joined(
            parts.conv1d(at + "c_attn", 3 * hidden, hidden),
            config.heads(),
            config.heads(),
            config.headDim()),
        null,
        new Scores.Dot(
            byLayer ? scale / (layer + 1) : scale,
            parts.weights().dropout(),
            Bounds.share(config, "attn_pdrop", 0.1)),
        Sight.CAUSAL,
        parts.conv1d(at + "c_proj", hidden, hidden));
  }
}

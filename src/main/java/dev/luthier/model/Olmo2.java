package dev.luthier.model;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * OLMo 2 (OLMo team 2024), equal to transformers' modeling_olmo2.py: norms behind attention and
 * feed-forward instead of before, and over all heads of queries and keys at once.
 */
final class Olmo2 {
  private Olmo2() {}

  static Trunk trunk(Parts parts) {
    ModelConfig config = parts.config();
    boolean bias = config.flag("attention_bias", false);
    long queries = (long) config.heads() * config.headDim();
    long keys = (long) config.kvHeads() * config.headDim();
    Rope rope = Rope.of(config);
    UnaryOperator<Tensor> act = Activation.of(config, "hidden_act", "silu");
    return new Trunk(
        Embedding.of(parts.tokens("model.embed_tokens"), UnaryOperator.identity()),
        parts.layers(
            i -> {
              String at = "model.layers." + i + ".";
              Qkv normed =
                  new Qkv.Normed(
                      parts.separate(at + "self_attn.", bias),
                      parts.rms(at + "self_attn.q_norm", queries),
                      parts.rms(at + "self_attn.k_norm", keys));
              return new Block.OutputNorm(
                  new Attention(
                      i,
                      normed,
                      rope,
                      parts.dot(),
                      Sight.CAUSAL,
                      parts.output(at + "self_attn.o_proj", bias)),
                  parts.rms(at + "post_attention_layernorm"),
                  parts.gated(at + "mlp.", false, act),
                  parts.rms(at + "post_feedforward_layernorm"));
            }),
        parts.rms("model.norm"),
        null);
  }
}

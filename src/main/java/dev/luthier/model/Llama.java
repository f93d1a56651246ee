package dev.luthier.model;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** The Llama family (Touvron et al. 2023), equal to transformers' modeling_llama.py. */
final class Llama {
  private Llama() {}

  static Trunk trunk(Parts parts) {
    ModelConfig config = parts.config();
    boolean bias = config.flag("attention_bias", false);
    boolean mlpBias = config.flag("mlp_bias", false);
    Rope rope = Rope.of(config);
    return trunk(
        parts,
        i -> {
          String at = "model.layers." + i + ".self_attn.";
          return new Attention(
              i,
              parts.separate(at, bias),
              rope,
              parts.dot(),
              Sight.CAUSAL,
              parts.output(at + "o_proj", bias));
        },
        mlpBias);
  }

  /** Llama's layers around another attention: Mistral, Qwen, SmolLM3. */
  static Trunk trunk(
      Parts parts, java.util.function.IntFunction<Attention> attention, boolean mlpBias) {
    UnaryOperator<Tensor> act = Activation.of(parts.config(), "hidden_act", "silu");
    return new Trunk(
        Embedding.of(parts.tokens("model.embed_tokens"), UnaryOperator.identity()),
        parts.layers(
            i -> {
              String at = "model.layers." + i + ".";
              return new Block.PreNorm(
                  parts.rms(at + "input_layernorm"),
                  attention.apply(i),
                  parts.rms(at + "post_attention_layernorm"),
                  parts.gated(at + "mlp.", mlpBias, act),
                  UnaryOperator.identity());
            }),
        parts.rms("model.norm"),
        null);
  }
}

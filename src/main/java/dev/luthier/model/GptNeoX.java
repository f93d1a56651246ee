package dev.luthier.model;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * GPT-NeoX and Pythia (Black et al. 2022; Biderman et al. 2023), equal to transformers'
 * modeling_gpt_neox.py: attention and feed-forward side by side, a part of each head turned,
 * queries, keys and values interleaved in one matrix.
 */
final class GptNeoX {
  private GptNeoX() {}

  static Trunk trunk(Parts parts) {
    ModelConfig config = parts.config();
    parts.weights().rename(DecoderFamily.HEAD + ".weight", "embed_out.weight");
    double eps = Bounds.atLeastZero(config, "layer_norm_eps", 1e-5);
    boolean parallel = config.flag("use_parallel_residual", true);
    UnaryOperator<Tensor> drop = parts.drop("hidden_dropout", 0);
    Rope rope = Rope.partial(config, 0.25);
    Slot words = parts.tokens("gpt_neox.embed_in", config.hiddenSize(), -1);
    return new Trunk(
        Embedding.of(words, drop),
        parts.layers(
            i -> {
              String at = "gpt_neox.layers." + i + ".";
              Slot first = parts.layerNorm(at + "input_layernorm", eps);
              Attention attention = attention(parts, at + "attention.", i, rope);
              Slot second = parts.layerNorm(at + "post_attention_layernorm", eps);
              Mlp mlp = mlp(parts, at + "mlp.");
              return parallel
                  ? new Block.Parallel(first, attention, second, mlp, drop)
                  : new Block.PreNorm(first, attention, second, mlp, drop);
            }),
        parts.layerNorm("gpt_neox.final_layer_norm", eps),
        null);
  }

  private static Attention attention(Parts parts, String at, int layer, Rope rope) {
    ModelConfig config = parts.config();
    long hidden = config.hiddenSize();
    boolean bias = config.flag("attention_bias", true);
    Slot qkv = parts.linear(at + "query_key_value", bias, 3 * hidden, hidden);
    return new Attention(
        layer,
        new Qkv.Interleaved(qkv, config.heads(), config.headDim()),
        rope,
        parts.dot(),
        Sight.CAUSAL,
        parts.output(at + "dense", bias));
  }

  private static Mlp mlp(Parts parts, String at) {
    ModelConfig config = parts.config();
    long hidden = config.hiddenSize();
    long inner = config.integer("intermediate_size");
    return new Mlp.Plain(
        parts.linear(at + "dense_h_to_4h", true, inner, hidden),
        parts.linear(at + "dense_4h_to_h", true, hidden, inner),
        Activation.of(config, "hidden_act", "gelu"),
        UnaryOperator.identity());
  }
}

package dev.luthier.model;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * Phi-3 and 4 (Abdin et al. 2024), equal to transformers' modeling_phi3.py: queries, keys and
 * values in one matrix, gate and up in another; a part of each head may be turned.
 */
final class Phi3 {
  private Phi3() {}

  static Trunk trunk(Parts parts) {
    ModelConfig config = parts.config();
    long hidden = config.hiddenSize();
    long inner = config.integer("intermediate_size");
    int heads = config.heads();
    int groups = config.kvHeads();
    long rows = (long) (heads + 2 * groups) * config.headDim();
    Rope rope = Rope.partial(config, 1);
    Sight sight = Windows.everywhere(config);
    UnaryOperator<Tensor> act = Activation.of(config, "hidden_act", "silu");
    UnaryOperator<Tensor> drop = parts.drop("resid_pdrop", 0);
    return new Trunk(
        Embedding.of(parts.tokens("model.embed_tokens"), parts.drop("embd_pdrop", 0)),
        parts.layers(
            i -> {
              String at = "model.layers." + i + ".";
              Slot qkv = parts.linear(at + "self_attn.qkv_proj", false, rows, hidden);
              return new Block.PreNorm(
                  parts.rms(at + "input_layernorm"),
                  new Attention(
                      i,
                      new Qkv.Joined(qkv, heads, groups, config.headDim()),
                      rope,
                      parts.dot(),
                      sight,
                      parts.output(at + "self_attn.o_proj", false)),
                  parts.rms(at + "post_attention_layernorm"),
                  new Mlp.GatedJoined(
                      parts.linear(at + "mlp.gate_up_proj", false, 2 * inner, hidden),
                      parts.linear(at + "mlp.down_proj", false, hidden, inner),
                      act),
                  drop);
            }),
        parts.rms("model.norm"),
        null);
  }
}

package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * OPT (Zhang et al. 2022), equal to transformers' modeling_opt.py: learned positions that begin at
 * row 2, and a table that may be narrower than the model.
 */
final class Opt {
  private static final int FIRST_POSITION = 2;
  private static final double EPS = 1e-5;

  private Opt() {}

  static Trunk trunk(Parts parts) {
    ModelConfig config = parts.config();
    if (config.number("layerdrop", 0) != 0) {
      throw new UserError(config.file() + ": layerdrop other than 0 is not built; set it to 0");
    }
    String top = "model.decoder.";
    long hidden = config.hiddenSize();
    long width = config.integer("word_embed_proj_dim", config.hiddenSize());
    boolean before = config.flag("do_layer_norm_before", true);
    boolean last = before && !config.flag("_remove_final_layer_norm", false);
    Slot words = parts.tokens(top + "embed_tokens", width, config.padRow());
    Slot places =
        parts.table(top + "embed_positions", config.maxPositions() + FIRST_POSITION, hidden, -1);
    boolean narrow = width != hidden;
    return new Trunk(
        Embedding.of(words, UnaryOperator.identity())
            .projected(narrow ? parts.plain(top + "project_in", false, hidden, width) : null)
            .at(places, layout -> layout.positions.add(Ops.whole(FIRST_POSITION))),
        parts.layers(i -> block(parts, top + "layers." + i + ".", i, before)),
        last ? norm(parts, top + "final_layer_norm") : null,
        narrow ? parts.plain(top + "project_out", false, width, hidden) : null);
  }

  private static Block block(Parts parts, String at, int layer, boolean before) {
    ModelConfig config = parts.config();
    long hidden = config.hiddenSize();
    long inner = config.integer("ffn_dim");
    boolean bias = config.flag("enable_bias", true);
    UnaryOperator<Tensor> drop = parts.drop("dropout", 0.1);
    Slot first = norm(parts, at + "self_attn_layer_norm");
    Attention attention =
        new Attention(
            layer,
            parts.separate(at + "self_attn.", bias),
            null,
            parts.dot(),
            Sight.CAUSAL,
            parts.output(at + "self_attn.out_proj", bias));
    Mlp mlp =
        new Mlp.Plain(
            parts.linear(at + "fc1", bias, inner, hidden),
            parts.linear(at + "fc2", bias, hidden, inner),
            Activation.of(config, "activation_function", "relu"),
            UnaryOperator.identity());
    Slot second = norm(parts, at + "final_layer_norm");
    return before
        ? new Block.PreNorm(first, attention, second, mlp, drop)
        : new Block.PostNorm(attention, first, mlp, second, drop);
  }

  private static Slot norm(Parts parts, String path) {
    long hidden = parts.config().hiddenSize();
    return parts.config().flag("layer_norm_elementwise_affine", true)
        ? parts.layerNorm(path, EPS)
        : new Slot(path, new LayerNorm(hidden, null, null, EPS));
  }
}

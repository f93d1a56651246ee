package dev.luthier.model;

import dev.luthier.error.UserError;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * BERT (Devlin et al. 2019), equal to transformers' modeling_bert.py: every token sees the whole
 * sequence; learned positions and segments; a norm after each part.
 */
final class Bert {
  private Bert() {}

  /**
   * @param top what the names begin with
   */
  static Trunk trunk(Parts parts, String top) {
    return trunk(parts, top, -1, layout -> layout.positions);
  }

  /**
   * @param padPosition the row of the position table that look-ups give no gradient, or -1
   * @param row the row that a token takes from it
   */
  static Trunk trunk(Parts parts, String top, long padPosition, Embedding.Positions.Row row) {
    ModelConfig config = parts.config();
    refuse(config);
    String at = top + "embeddings.";
    long hidden = config.hiddenSize();
    long rows = config.integer("max_position_embeddings");
    long segments = config.integer("type_vocab_size", 2);
    Slot words = parts.tokens(at + "word_embeddings");
    Slot places = parts.table(at + "position_embeddings", rows, hidden, padPosition);
    Slot types = parts.table(at + "token_type_embeddings", segments, hidden, -1);
    return new Trunk(
        Embedding.of(words, drop(parts))
            .at(places, layout -> row.of(fitting(layout, config)))
            .typed(types, norm(parts, at + "LayerNorm")),
        parts.layers(i -> block(parts, top + "encoder.layer." + i + ".", i)),
        null,
        null);
  }

  private static void refuse(ModelConfig config) {
    for (String key : new String[] {"is_decoder", "add_cross_attention"}) {
      if (config.flag(key, false)) {
        throw new UserError(
            "%s: %s is not built for %s; set it to false"
                .formatted(config.file(), key, config.modelType()));
      }
    }
    String positions = config.text("position_embedding_type", "absolute");
    if (!positions.equals("absolute")) {
      throw new UserError(
          "%s: position_embedding_type %s is not built; known is absolute"
              .formatted(config.file(), positions));
    }
  }

  private static Layout fitting(Layout layout, ModelConfig config) {
    if (layout.seen > config.maxPositions()) {
      throw new UserError(
          "a sequence of %d tokens is too long for the model, whose positions end at %d; cut it"
              .formatted(layout.seen, config.maxPositions()));
    }
    return layout;
  }

  private static Block block(Parts parts, String at, int layer) {
    ModelConfig config = parts.config();
    long hidden = config.hiddenSize();
    long inner = config.integer("intermediate_size");
    String self = at + "attention.self.";
    Qkv qkv =
        new Qkv.Separate(
            parts.square(self + "query"),
            parts.square(self + "key"),
            parts.square(self + "value"),
            config.headDim());
    Scores scores =
        new Scores.Dot(
            1 / Math.sqrt(config.headDim()),
            parts.weights().dropout(),
            Bounds.share(config, "attention_probs_dropout_prob", 0.1));
    Slot o = parts.square(at + "attention.output.dense");
    return new Block.PostNorm(
        new Attention(layer, qkv, null, scores, Sight.ALL, o),
        norm(parts, at + "attention.output.LayerNorm"),
        new Mlp.Plain(
            parts.linear(at + "intermediate.dense", true, inner, hidden),
            parts.linear(at + "output.dense", true, hidden, inner),
            Activation.of(config, "hidden_act", "gelu"),
            UnaryOperator.identity()),
        norm(parts, at + "output.LayerNorm"),
        drop(parts));
  }

  static Slot norm(Parts parts, String path) {
    return parts.layerNorm(path, Bounds.atLeastZero(parts.config(), "layer_norm_eps", 1e-12));
  }

  private static UnaryOperator<Tensor> drop(Parts parts) {
    return parts.drop("hidden_dropout_prob", 0.1);
  }

  /** Dropout before a classifier: its own rate, or that of all layers. */
  static UnaryOperator<Tensor> headDrop(Parts parts) {
    return parts.drop("classifier_dropout", parts.config().number("hidden_dropout_prob", 0.1));
  }

  static Slot pooler(HeadParts parts, String top) {
    long hidden = parts.parts().config().hiddenSize();
    return parts.linear(top + "pooler.dense", true, hidden, hidden);
  }

  static SequenceHead scorer(HeadParts parts, int labels) {
    long hidden = parts.parts().config().hiddenSize();
    return new SequenceHead.First(
        UnaryOperator.identity(),
        pooler(parts, "bert."),
        headDrop(parts.parts()),
        parts.linear("classifier", true, labels, hidden));
  }

  static Predictions predictions(Parts parts, Slot table) {
    String at = "cls.predictions.";
    return Predictions.of(
        parts,
        table,
        parts.plain(
            at + "transform.dense", true, parts.config().hiddenSize(), parts.config().hiddenSize()),
        Activation.of(parts.config(), "hidden_act", "gelu"),
        norm(parts, at + "transform.LayerNorm"),
        at);
  }
}

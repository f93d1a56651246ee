package dev.luthier.model;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One of T5's two stacks (Raffel et al. 2020, section 2.1): norms before every step and at the end,
 * scores that are not scaled, distances that all layers look up in the first one's table, no
 * biases, dropout around everything.
 */
final class T5Stack {
  /** Reads a source. */
  record Encoder(RelativeBias bias, Trunk trunk, UnaryOperator<Tensor> drop) {
    /** The state of every token, (N, H). */
    Tensor states(Layout layout) {
      return drop.apply(trunk.states(layout, null));
    }

    /** Its modules but the table of tokens. */
    List<Slot> slots() {
      return withBias(bias, trunk);
    }
  }

  /**
   * Writes behind a source.
   *
   * @param crosses the layers' attention to the source
   */
  record Decoder(RelativeBias bias, Trunk trunk, List<Cross> crosses, UnaryOperator<Tensor> drop) {
    /** The state of every token, (N, H). */
    Tensor states(Layout layout) {
      return drop.apply(trunk.states(layout, null));
    }

    /**
     * What it sees of the sources.
     *
     * @param read the encoder's states
     * @param into a cache that then holds the keys and values
     */
    Source source(Tensor read, Widened sources, @Nullable KvCache into, Compute compute) {
      Layout layout = new Layout(sources, into, null, Prefix.NONE, compute);
      Source source = Source.of(crosses, read, layout);
      layout.advance();
      return source;
    }

    /** Its modules but the table of tokens. */
    List<Slot> slots() {
      return withBias(bias, trunk);
    }
  }

  private final Parts parts;
  private final ModelConfig config;
  private final String at;
  private final double rate;
  private final RelativeBias bias;
  private final Sight sight;

  private T5Stack(Parts parts, String name, Sight sight) {
    this.parts = parts;
    this.config = parts.config();
    this.at = name + ".";
    this.rate = config.number("dropout_rate", 0.1);
    this.sight = sight;
    this.bias = bias();
  }

  static Encoder encoder(Parts parts, Slot shared) {
    T5Stack stack = new T5Stack(parts, "encoder", Sight.ALL);
    List<Block> blocks = Parts.each(parts.config().layers(), i -> stack.preNorm(i, 1));
    return new Encoder(stack.bias, stack.trunk(shared, blocks), stack.drop());
  }

  static Decoder decoder(Parts parts, Slot shared) {
    T5Stack stack = new T5Stack(parts, "decoder", Sight.CAUSAL);
    int layers = T5.decoderLayers(parts.config());
    List<Block.Crossed> blocks = Parts.each(layers, stack::crossed);
    return new Decoder(
        stack.bias,
        stack.trunk(shared, List.copyOf(blocks)),
        blocks.stream().map(Block.Crossed::cross).toList(),
        stack.drop());
  }

  private static List<Slot> withBias(RelativeBias bias, Trunk trunk) {
    List<Slot> out = new ArrayList<>(trunk.slots());
    out.set(0, bias.table());
    return out;
  }

  private Trunk trunk(Slot shared, List<Block> blocks) {
    return new Trunk(Embedding.of(shared, drop()), blocks, norm(at + "final_layer_norm"), null);
  }

  private RelativeBias bias() {
    int buckets = config.integer("relative_attention_num_buckets", 32);
    int farthest = config.integer("relative_attention_max_distance", 128);
    if (buckets < 4 || farthest <= buckets / 2) {
      throw new UserError(
          "%s: relative_attention_num_buckets must be at least 4 and relative_attention_max_distance above half of it, were %d and %d"
              .formatted(config.file(), buckets, farthest));
    }
    String path = at + "block.0.layer.0.SelfAttention.relative_attention_bias";
    return new RelativeBias(
        parts.table(path, buckets, config.heads(), -1), buckets, farthest, !sight.causal());
  }

  private Block.PreNorm preNorm(int layer, int last) {
    String in = at + "block." + layer + ".layer.";
    return new Block.PreNorm(
        norm(in + "0.layer_norm"),
        attention(in + "0.SelfAttention.", layer),
        norm(in + last + ".layer_norm"),
        mlp(in + last + ".DenseReluDense."),
        drop());
  }

  private Block.Crossed crossed(int layer) {
    String in = at + "block." + layer + ".layer.";
    return new Block.Crossed(
        preNorm(layer, 2),
        norm(in + "1.layer_norm"),
        new Cross(
            layer,
            qkv(in + "1.EncDecAttention."),
            parts.output(in + "1.EncDecAttention.o", false),
            parts.weights().dropout(),
            rate));
  }

  private Attention attention(String in, int layer) {
    return new Attention(
        layer,
        qkv(in),
        null,
        new Scores.Biased(bias, parts.weights().dropout(), rate),
        sight,
        parts.output(in + "o", false));
  }

  private Qkv.Separate qkv(String in) {
    Function<String, Slot> map =
        name ->
            parts.linear(
                in + name, false, (long) config.heads() * config.headDim(), config.hiddenSize());
    return new Qkv.Separate(map.apply("q"), map.apply("k"), map.apply("v"), config.headDim());
  }

  private Slot norm(String path) {
    return new Slot(
        path,
        new RmsNorm(
            parts.weights().take(path + ".weight", config.hiddenSize()),
            Bounds.atLeastZero(config, "layer_norm_epsilon", 1e-6)));
  }

  private UnaryOperator<Tensor> drop() {
    return parts.drop("dropout_rate", 0.1);
  }

  /** By feed_forward_proj: an activation, or gated- and an activation; gated-gelu is gelu_new. */
  private Mlp mlp(String in) {
    String key = "feed_forward_proj";
    String kind = config.text(key, "relu");
    boolean gated = kind.startsWith("gated-");
    String name = kind.equals("gated-gelu") ? "gelu_new" : kind.substring(gated ? 6 : 0);
    UnaryOperator<Tensor> act = Activation.named(config, key, config.text("dense_act_fn", name));
    long hidden = config.hiddenSize();
    long inner = config.integer("d_ff", 2048);
    Slot down = parts.plain(in + "wo", false, hidden, inner); // as transformers: never in few bits
    return config.flag("is_gated_act", gated)
        ? new Mlp.Gated(
            parts.linear(in + "wi_0", false, inner, hidden),
            parts.linear(in + "wi_1", false, inner, hidden),
            down,
            act,
            drop())
        : new Mlp.Plain(parts.linear(in + "wi", false, inner, hidden), down, act, drop());
  }
}

package dev.luthier.model;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** What {@link FusedBlock} asks of a layer: whether it is Llama-like, and where its parts are. */
final class Fusible {
  private static final int ALIGNED = 16;

  private Fusible() {}

  /** Whether the layer, beside its linear maps, does just what a Llama's does, and is frozen. */
  static boolean is(Block.PreNorm block) {
    return alike(block) && frozen(block.attentionNorm()) && frozen(block.mlpNorm());
  }

  /** The same of a layer whose norms may be in training. */
  static boolean alike(Block.PreNorm block) {
    Attention attention = block.attention();
    return block.attentionNorm().current() instanceof RmsNorm
        && block.mlpNorm().current() instanceof RmsNorm
        && block.drop() == UnaryOperator.<Tensor>identity()
        && attention.rope() != null
        && attention.rope().dim() % ALIGNED == 0
        && attention.scores() instanceof Scores.Dot dot
        && dot.dropout().now(dot.rate()) == 0
        && (attention.qkv() instanceof Qkv.Separate || attention.qkv() instanceof Qkv.Joined)
        && width(block) % ALIGNED == 0
        && silu(block.mlp())
        && block.seats().beside().untouched()
        && block.seats().afterAttention().untouched()
        && block.seats().afterMlp().untouched();
  }

  /** Whether the model is in training. */
  static boolean training(Block.PreNorm block) {
    return block.attention().scores() instanceof Scores.Dot dot && dot.dropout().training();
  }

  private static boolean frozen(Slot norm) {
    return !((RmsNorm) norm.current()).weight().trainable();
  }

  private static boolean silu(Mlp mlp) {
    return mlp instanceof Mlp.Gated gated
        ? Activation.isSilu(gated.act()) && gated.drop() == UnaryOperator.<Tensor>identity()
        : mlp instanceof Mlp.GatedJoined joined && Activation.isSilu(joined.act());
  }

  /** Gate and up, whose rows lie in this order. */
  static List<Slot> gateUp(Mlp mlp) {
    return mlp instanceof Mlp.Gated gated
        ? List.of(gated.gate(), gated.up())
        : List.of(((Mlp.GatedJoined) mlp).gateUp());
  }

  static Slot down(Mlp mlp) {
    return mlp instanceof Mlp.Gated gated ? gated.down() : ((Mlp.GatedJoined) mlp).down();
  }

  /** D, the width of a head. */
  static int width(Block.PreNorm block) {
    return block.attention().qkv() instanceof Qkv.Separate separate
        ? separate.headDim()
        : ((Qkv.Joined) block.attention().qkv()).headDim();
  }

  /** G, the key and value heads. */
  static long groups(Block.PreNorm block) {
    return block.attention().qkv() instanceof Qkv.Separate separate
        ? ((Linear) separate.k().base()).out() / separate.headDim()
        : ((Qkv.Joined) block.attention().qkv()).groups();
  }
}

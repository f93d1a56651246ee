package dev.luthier.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * One layer: attention and a feed-forward part around a residual stream, (N, H) -> (N, H). What
 * each of them makes joins the stream at a {@link Joint}, by default as a sum.
 */
sealed interface Block {
  Tensor apply(Tensor x, Layout layout);

  List<Slot> slots();

  Attention attention();

  /** {@link Attention#outside}, and what it sees of a source. */
  default Stream<Tensor> outside(Layout layout) {
    return attention().outside(layout);
  }

  /** Its places that hold no weights. */
  default Stack.Layer seats() {
    return attention().seats();
  }

  /** x + attention(norm(x)), then h + mlp(norm(h)). */
  record PreNorm(
      Slot attentionNorm,
      Attention attention,
      Slot mlpNorm,
      Mlp mlp,
      UnaryOperator<Tensor> drop,
      FusedForm fused)
      implements Block {
    PreNorm(
        Slot attentionNorm,
        Attention attention,
        Slot mlpNorm,
        Mlp mlp,
        UnaryOperator<Tensor> drop) {
      this(attentionNorm, attention, mlpNorm, mlp, drop, new FusedForm());
    }

    @Override
    public Tensor apply(Tensor x, Layout layout) {
      Optional<FusedBlock> one = fused.of(this, layout);
      return one.isPresent() ? one.get().apply(x, layout) : fed(attended(x, layout));
    }

    private Tensor attended(Tensor x, Layout layout) {
      Tensor n = attentionNorm.apply(x);
      Tensor a = drop.apply(attention.apply(n, layout));
      return seats().afterAttention().current().of(x, n, a, Joint.BARE);
    }

    private Tensor fed(Tensor h) {
      Tensor m = mlpNorm.apply(h);
      return seats().afterMlp().current().of(h, m, drop.apply(mlp.apply(m)), Joint.BARE);
    }

    @Override
    public List<Slot> slots() {
      return Slot.join(List.of(attentionNorm), attention.slots(), List.of(mlpNorm), mlp.slots());
    }
  }

  /** {@link PreNorm} with h + cross(norm(h)) between its two steps: a decoder above an encoder. */
  record Crossed(PreNorm around, Slot crossNorm, Cross cross, Seat<Joint> afterCross)
      implements Block {
    Crossed(PreNorm around, Slot crossNorm, Cross cross) {
      this(around, crossNorm, cross, new Seat<>(cross.o().path() + ":joint", Joint.PLAIN));
    }

    @Override
    public Tensor apply(Tensor x, Layout layout) {
      Tensor h = around.attended(x, layout);
      Tensor n = crossNorm.apply(h);
      Tensor c = around.drop.apply(cross.apply(n, layout));
      return around.fed(afterCross.current().of(h, n, c, Joint.BARE));
    }

    @Override
    public Stream<Tensor> outside(Layout layout) {
      KvCache.Seen seen = layout.outside.source(cross.layer());
      return Stream.concat(around.outside(layout), Stream.of(seen.keys(), seen.values()));
    }

    @Override
    public Attention attention() {
      return around.attention;
    }

    @Override
    public Stack.Layer seats() {
      return attention().seats().crossing(afterCross);
    }

    @Override
    public List<Slot> slots() {
      return Slot.join(
          List.of(around.attentionNorm),
          around.attention.slots(),
          List.of(crossNorm),
          cross.slots(),
          List.of(around.mlpNorm),
          around.mlp.slots());
    }
  }

  /** norm(x + attention(x)), then norm(h + mlp(h)): the first transformer's order. */
  record PostNorm(
      Attention attention, Slot attentionNorm, Mlp mlp, Slot mlpNorm, UnaryOperator<Tensor> drop)
      implements Block {

    @Override
    public Tensor apply(Tensor x, Layout layout) {
      Tensor a = drop.apply(attention.apply(x, layout));
      Tensor h = seats().afterAttention().current().of(x, x, a, attentionNorm);
      return seats().afterMlp().current().of(h, h, drop.apply(mlp.apply(h)), mlpNorm);
    }

    @Override
    public List<Slot> slots() {
      return Slot.join(attention.slots(), List.of(attentionNorm), mlp.slots(), List.of(mlpNorm));
    }
  }

  /** x + norm(attention(x)), then h + norm(mlp(h)): OLMo 2. */
  record OutputNorm(Attention attention, Slot attentionNorm, Mlp mlp, Slot mlpNorm)
      implements Block {

    @Override
    public Tensor apply(Tensor x, Layout layout) {
      Tensor a = attentionNorm.apply(attention.apply(x, layout));
      Tensor h = seats().afterAttention().current().of(x, x, a, Joint.BARE);
      return seats().afterMlp().current().of(h, h, mlpNorm.apply(mlp.apply(h)), Joint.BARE);
    }

    @Override
    public List<Slot> slots() {
      return Slot.join(attention.slots(), List.of(attentionNorm), mlp.slots(), List.of(mlpNorm));
    }
  }

  /** x + norm(attention(norm(x))), then h + norm(mlp(norm(h))): Gemma 2. */
  record Sandwich(
      Slot beforeAttention,
      Attention attention,
      Slot afterAttention,
      Slot beforeMlp,
      Mlp mlp,
      Slot afterMlp)
      implements Block {

    @Override
    public Tensor apply(Tensor x, Layout layout) {
      Tensor n = beforeAttention.apply(x);
      Tensor a = afterAttention.apply(attention.apply(n, layout));
      Tensor h = seats().afterAttention().current().of(x, n, a, Joint.BARE);
      Tensor m = beforeMlp.apply(h);
      Tensor y = afterMlp.apply(mlp.apply(m));
      return seats().afterMlp().current().of(h, m, y, Joint.BARE);
    }

    @Override
    public List<Slot> slots() {
      return Slot.join(
          List.of(beforeAttention),
          attention.slots(),
          List.of(afterAttention, beforeMlp),
          mlp.slots(),
          List.of(afterMlp));
    }
  }

  /** x + attention(norm(x)) + mlp(norm'(x)): GPT-J, GPT-NeoX. */
  record Parallel(
      Slot attentionNorm, Attention attention, Slot mlpNorm, Mlp mlp, UnaryOperator<Tensor> drop)
      implements Block {

    @Override
    public Tensor apply(Tensor x, Layout layout) {
      Tensor n = attentionNorm.apply(x);
      Tensor m = mlpNorm.apply(x);
      Tensor a = drop.apply(attention.apply(n, layout));
      Tensor h = seats().afterAttention().current().of(x, n, a, Joint.BARE);
      return seats().afterMlp().current().of(h, m, drop.apply(mlp.apply(m)), Joint.BARE);
    }

    @Override
    public List<Slot> slots() {
      return Slot.join(List.of(attentionNorm), attention.slots(), List.of(mlpNorm), mlp.slots());
    }
  }
}

package dev.luthier.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** One layer: attention and a feed-forward part around a residual stream, (N, H) -> (N, H). */
sealed interface Block {
  Tensor apply(Tensor x, Layout layout);

  List<Slot> slots();

  /** x + attention(norm(x)), then h + mlp(norm(h)). */
  record PreNorm(
      Slot attentionNorm, Attention attention, Slot mlpNorm, Mlp mlp, UnaryOperator<Tensor> drop)
      implements Block {
    @Override
    public Tensor apply(Tensor x, Layout layout) {
      Tensor h = x.add(drop.apply(attention.apply(attentionNorm.apply(x), layout)));
      return h.add(drop.apply(mlp.apply(mlpNorm.apply(h))));
    }

    @Override
    public List<Slot> slots() {
      return join(List.of(attentionNorm), attention.slots(), List.of(mlpNorm), mlp.slots());
    }
  }

  /** {@link PreNorm} with h + cross(norm(h)) between its two steps: a decoder above an encoder. */
  record Crossed(
      Slot attentionNorm,
      Attention attention,
      Slot crossNorm,
      Cross cross,
      Slot mlpNorm,
      Mlp mlp,
      UnaryOperator<Tensor> drop)
      implements Block {
    @Override
    public Tensor apply(Tensor x, Layout layout) {
      Tensor h = x.add(drop.apply(attention.apply(attentionNorm.apply(x), layout)));
      Tensor c = h.add(drop.apply(cross.apply(crossNorm.apply(h), layout)));
      return c.add(drop.apply(mlp.apply(mlpNorm.apply(c))));
    }

    @Override
    public List<Slot> slots() {
      return join(
          List.of(attentionNorm),
          attention.slots(),
          List.of(crossNorm),
          cross.slots(),
          List.of(mlpNorm),
          mlp.slots());
    }
  }

  /** norm(x + attention(x)), then norm(h + mlp(h)): the first transformer's order. */
  record PostNorm(
      Attention attention, Slot attentionNorm, Mlp mlp, Slot mlpNorm, UnaryOperator<Tensor> drop)
      implements Block {
    @Override
    public Tensor apply(Tensor x, Layout layout) {
      Tensor h = attentionNorm.apply(x.add(drop.apply(attention.apply(x, layout))));
      return mlpNorm.apply(h.add(drop.apply(mlp.apply(h))));
    }

    @Override
    public List<Slot> slots() {
      return join(attention.slots(), List.of(attentionNorm), mlp.slots(), List.of(mlpNorm));
    }
  }

  /** x + norm(attention(x)), then h + norm(mlp(h)): OLMo 2. */
  record OutputNorm(Attention attention, Slot attentionNorm, Mlp mlp, Slot mlpNorm)
      implements Block {
    @Override
    public Tensor apply(Tensor x, Layout layout) {
      Tensor h = x.add(attentionNorm.apply(attention.apply(x, layout)));
      return h.add(mlpNorm.apply(mlp.apply(h)));
    }

    @Override
    public List<Slot> slots() {
      return join(attention.slots(), List.of(attentionNorm), mlp.slots(), List.of(mlpNorm));
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
      Tensor a = attention.apply(beforeAttention.apply(x), layout);
      Tensor h = x.add(afterAttention.apply(a));
      return h.add(afterMlp.apply(mlp.apply(beforeMlp.apply(h))));
    }

    @Override
    public List<Slot> slots() {
      return join(
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
      Tensor a = drop.apply(attention.apply(attentionNorm.apply(x), layout));
      return drop.apply(mlp.apply(mlpNorm.apply(x))).add(a).add(x);
    }

    @Override
    public List<Slot> slots() {
      return join(List.of(attentionNorm), attention.slots(), List.of(mlpNorm), mlp.slots());
    }
  }

  @SafeVarargs
  private static List<Slot> join(List<Slot>... parts) {
    List<Slot> out = new ArrayList<>();
    for (List<Slot> part : parts) {
      out.addAll(part);
    }
    return out;
  }
}

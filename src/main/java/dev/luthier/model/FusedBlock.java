package dev.luthier.model;

import dev.luthier.tensor.CustomGradient;
import dev.luthier.tensor.Kernels;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * {@link Block.PreNorm} of a Llama-like layer as one operation with a backward pass of its own, for
 * training with frozen weights and LoRA: the same numbers as layer by layer, up to the order of
 * sums, with less memory and fewer passes over it. Beside its input, a layer keeps of each token
 * the turned queries, keys and values, what attention gave, the stream between its halves, and gate
 * and up; norms and products of these are computed again where the backward pass needs them.
 *
 * <p>Letters: N tokens, H width, A query heads, G key and value heads, D width of a head, F inner
 * width.
 */
final class FusedBlock {
  private final Block.PreNorm block;
  private final Kernels kernels;
  private final Augmented qkv;
  private final Augmented o;
  private final Augmented gateUp;
  private final Augmented down;

  private FusedBlock(Block.PreNorm block, Kernels kernels) {
    this.block = block;
    this.kernels = kernels;
    List<List<Slot>> places = places(block);
    this.qkv = Augmented.of(places.get(0));
    this.o = Augmented.of(places.get(1));
    this.gateUp = Augmented.of(places.get(2));
    this.down = Augmented.of(places.get(3));
  }

  /** The fused form of a block as it is now, or none if it does more than that can say. */
  static Optional<FusedBlock> of(Block.PreNorm block, Kernels kernels, ScalarType type) {
    return Fusible.is(block) && places(block).stream().allMatch(s -> Augmented.can(s, type))
        ? Optional.of(new FusedBlock(block, kernels))
        : Optional.empty();
  }

  /** What reads the same states, in the order of a forward pass. */
  private static List<List<Slot>> places(Block.PreNorm block) {
    return List.of(
        block.attention().qkv().slots(),
        List.of(block.attention().o()),
        Fusible.gateUp(block.mlp()),
        List.of(Fusible.down(block.mlp())));
  }

  /** Whether the block still is what this was made of. */
  boolean fits() {
    List<List<Slot>> places = places(block);
    return Fusible.is(block)
        && qkv.fits(places.get(0))
        && o.fits(places.get(1))
        && gateUp.fits(places.get(2))
        && down.fits(places.get(3));
  }

  /**
   * @param x (N, H)
   */
  Tensor apply(Tensor x, Layout layout) {
    Pass pass = new Pass(x.contiguous(), layout);
    return CustomGradient.of(x, any -> pass.forward(), pass::backward);
  }

  private static Tensor empty(Tensor like, ScalarType type, long... shape) {
    return torch.empty(
        shape,
        like.options().dtype(new ScalarTypeOptional(type)),
        new MemoryFormatOptional());
  }

  /** A norm's output within new rows, and the inverse roots that its backward pass needs. */
  private Tensor normed(Slot norm, Tensor x, Augmented into, Tensor scale) {
    RmsNorm rms = (RmsNorm) norm.current();
    Tensor room = into.room(x.size(0));
    kernels.rmsNorm(x, rms.weight().as(x), rms.eps(), into.states(room), scale);
    return room;
  }

  private Tensor normBack(Slot norm, Tensor g, Tensor x, Tensor scale, Tensor residual) {
    return kernels.rmsNormBack(g, x, ((RmsNorm) norm.current()).weight().as(x), scale, residual);
  }

  /** One call: what its forward pass leaves to its backward pass. */
  private final class Pass {
    private final Layout layout;
    private final Rope.Angles angles;
    private final Tensor x; // (N, H)
    private final Tensor scale1; // (N)
    private final Tensor scale2; // (N)
    private Tensor q; // (N, A, D), turned; the three are leaves of attention's own graph
    private Tensor k; // (N, G, D)
    private Tensor v; // (N, G, D)
    private Tensor mixed; // (N, A D)
    private Tensor h; // (N, H)
    private Tensor both; // (N, 2 F)
    private Augmented.Lower lowQkv;
    private Augmented.Lower lowO;
    private Augmented.Lower lowGateUp;
    private Augmented.Lower lowDown;

    Pass(Tensor x, Layout layout) {
      this.x = x;
      this.layout = layout;
      this.angles = layout.angles(Objects.requireNonNull(block.attention().rope()));
      layout.mask(block.attention().sight()); // the layout keeps it, so it is made in its scope
      this.scale1 = empty(x, ScalarType.Float, x.size(0));
      this.scale2 = empty(x, ScalarType.Float, x.size(0));
    }

    Tensor forward() {
      try (Scope scope = new Scope()) {
        attend(scope);
        Tensor room = o.room(x.size(0));
        o.states(room).copy_(mixed);
        lowO = o.lower(room, scope);
        h = scope.hand(o.product(room, x));
      }
      try (Scope scope = new Scope()) {
        Tensor room = normed(block.mlpNorm(), h, gateUp, scale2);
        lowGateUp = gateUp.lower(room, scope);
        both = scope.hand(gateUp.product(room));
        Tensor acts = down.room(x.size(0));
        kernels.swiglu(both, down.states(acts));
        lowDown = down.lower(acts, scope);
        return scope.hand(down.product(acts, h));
      }
    }

    private void attend(Scope scope) {
      Tensor room = normed(block.attentionNorm(), x, qkv, scale1);
      lowQkv = qkv.lower(room, scope);
      Tensor all = qkv.product(room); // (N, (A + 2 G) D)
      Tensor heads = all.view(x.size(0), -1, Fusible.width(block));
      long groups = Fusible.groups(block);
      long queries = heads.size(1) - 2 * groups;
      kernels.rotate(heads.narrow(1, 0, queries + groups), angles.cos(), angles.sin());
      q = leaf(heads.narrow(1, 0, queries), scope);
      k = leaf(heads.narrow(1, queries, groups), scope);
      v = leaf(heads.narrow(1, queries + groups, groups), scope);
      try (AutoGradMode on = new AutoGradMode(true)) {
        KvCache.Seen seen = layout.seen(block.attention().layer(), k, v);
        Tensor y =
            block
                .attention()
                .scores()
                .mix(layout.grid.grid(q), seen.keys(), seen.values(), layout, block.attention().sight());
        mixed = scope.hand(layout.grid.flat(y));
      }
    }

    private static Tensor leaf(Tensor part, Scope scope) {
      return scope.hand(part.detach().set_requires_grad(true));
    }

    Tensor backward(Tensor gradient) {
      Tensor g = gradient.contiguous(); // (N, H)
      Tensor dh;
      try (Scope scope = new Scope()) {
        Tensor acts = down.back(g, lowDown); // (N, F + R)
        kernels.swigluBack(both, down.states(acts)); // both: its gradient; acts: silu(gate) up
        down.learn(g, lowDown, acts, down.states(acts));
        Tensor again = normed(block.mlpNorm(), h, gateUp, scale2);
        Tensor back = gateUp.back(both, lowGateUp);
        gateUp.learn(both, lowGateUp, back, gateUp.states(again));
        dh = scope.keep(normBack(block.mlpNorm(), gateUp.states(back), h, scale2, g));
      }
      Scope.drop(both, h, scale2);
      lowGateUp.drop();
      lowDown.drop();
      try (Scope scope = new Scope()) {
        Tensor turned = attendBack(dh);
        Scope.drop(q, k, v, mixed);
        lowO.drop();
        Tensor again = normed(block.attentionNorm(), x, qkv, scale1);
        Tensor back = qkv.back(turned, lowQkv);
        qkv.learn(turned, lowQkv, back, qkv.states(again));
        Scope.free(turned);
        Tensor dx =
            scope.hand(normBack(block.attentionNorm(), qkv.states(back), x, scale1, dh));
        Scope.free(dh);
        lowQkv.drop();
        Scope.drop(scale1);
        return dx;
      }
    }

    private Tensor attendBack(Tensor dh) {
      try (Scope scope = new Scope()) {
        Tensor back = o.back(dh, lowO); // (N, A D + R)
        o.learn(dh, lowO, back, mixed);
        torch.backward(
            new TensorVector(mixed),
            new TensorVector(o.states(back)),
            new BoolOptional(false),
            false,
            new TensorVector());
        return scope.keep(
            kernels.rotateBack(
                dense(q.grad()), dense(k.grad()), dense(v.grad()), angles.cos(), angles.sin()));
      }
    }

    private Tensor dense(Tensor gradient) {
      return gradient.stride(2) == 1 ? gradient : gradient.contiguous();
    }
  }
}

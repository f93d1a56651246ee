package dev.luthier.model;

import dev.luthier.tensor.Scope;
import java.util.Objects;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** One call of a {@link FusedBlock}, forward and back. Letters as there. */
final class FusedPass {
  /**
   * What attention leaves to its backward pass.
   *
   * @param q (N, A, D), turned; q, k and v are leaves of attention's own graph
   * @param k (N, G, D), turned
   * @param v (N, G, D)
   * @param mixed (N, A D)
   */
  private record Attended(Tensor q, Tensor k, Tensor v, Tensor mixed, Augmented.Lower low) {
    void drop() {
      Scope.drop(q, k, v, mixed);
    }
  }

  /**
   * What the rest of a layer leaves.
   *
   * @param h the stream between the layer's halves, (N, H)
   * @param both gate and up, (N, 2 F)
   */
  private record Fed(
      Tensor h,
      Tensor both,
      Augmented.Lower lowO,
      Augmented.Lower lowBoth,
      Augmented.Lower lowDown) {
    void drop() {
      Scope.drop(h, both);
      lowBoth.drop();
      lowDown.drop();
    }
  }

  private final FusedBlock of;
  private final Layout layout;
  private final Rope.Angles angles;
  private final Tensor x; // (N, H)
  private final Tensor scale1; // (N)
  private final Tensor scale2; // (N)
  private @Nullable Attended attended;
  private @Nullable Fed fed;

  FusedPass(FusedBlock of, Tensor x, Layout layout) {
    this.of = of;
    this.x = x;
    this.layout = layout;
    this.angles = layout.angles(Objects.requireNonNull(of.block().attention().rope()));
    layout.mask(of.block().attention().sight()); // the layout keeps it, so it is made in its scope
    this.scale1 = empty(x, ScalarType.Float, x.size(0));
    this.scale2 = empty(x, ScalarType.Float, x.size(0));
  }

  Tensor forward() {
    try (Scope scope = new Scope()) {
      Attended a = attend(scope);
      attended = a;
      Tensor sum = of.o().room(x.size(0));
      of.o().states(sum).copy_(a.mixed());
      Augmented.Lower lowO = of.o().lower(sum, scope);
      Tensor h = scope.hand(of.o().product(sum, x));
      Tensor room = normed(of.block().mlpNorm(), h, of.gateUp(), scale2);
      Augmented.Lower lowBoth = of.gateUp().lower(room, scope);
      Tensor both = scope.hand(of.gateUp().product(room));
      Tensor acts = of.down().room(x.size(0));
      of.kernels().swiglu(both, of.down().states(acts));
      fed = new Fed(h, both, lowO, lowBoth, of.down().lower(acts, scope));
      return scope.hand(of.down().product(acts, h));
    }
  }

  private Attended attend(Scope scope) {
    Tensor room = normed(of.block().attentionNorm(), x, of.qkv(), scale1);
    Augmented.Lower low = of.qkv().lower(room, scope);
    Tensor all = of.qkv().product(room); // (N, (A + 2 G) D)
    Tensor heads = all.view(x.size(0), -1, Fusible.width(of.block()));
    long groups = Fusible.groups(of.block());
    long queries = heads.size(1) - 2 * groups;
    of.kernels().rotate(heads.narrow(1, 0, queries + groups), angles.cos(), angles.sin());
    Tensor q = leaf(heads.narrow(1, 0, queries), scope);
    Tensor k = leaf(heads.narrow(1, queries, groups), scope);
    Tensor v = leaf(heads.narrow(1, queries + groups, groups), scope);
    try (AutoGradMode on = new AutoGradMode(true)) {
      Attention attention = of.block().attention();
      KvCache.Seen seen = layout.seen(attention.layer(), k, v);
      Tensor y =
          attention
              .scores()
              .mix(layout.grid.grid(q), seen.keys(), seen.values(), layout, attention.sight());
      return new Attended(q, k, v, scope.hand(layout.grid.flat(y)), low);
    }
  }

  private static Tensor leaf(Tensor part, Scope scope) {
    return scope.hand(part.detach().set_requires_grad(true));
  }

  Tensor backward(Tensor gradient) {
    Tensor g = gradient.contiguous(); // (N, H)
    Attended a = Objects.requireNonNull(attended);
    Fed f = Objects.requireNonNull(fed);
    try (Scope scope = new Scope()) {
      Tensor dh = Scope.of(() -> fedBack(g, f));
      f.drop();
      Tensor turned = Scope.of(() -> attendBack(dh, a, f.lowO()));
      a.drop();
      f.lowO().drop();
      Tensor again = normed(of.block().attentionNorm(), x, of.qkv(), scale1);
      Tensor back = of.qkv().back(turned, a.low());
      of.qkv().learn(turned, a.low(), back, of.qkv().states(again));
      a.low().drop();
      return scope.hand(normBack(of.block().attentionNorm(), of.qkv().states(back), x, scale1, dh));
    }
  }

  /** From the layer's output to the stream between its halves. */
  private Tensor fedBack(Tensor g, Fed f) {
    Tensor acts = of.down().back(g, f.lowDown()); // (N, F + R)
    of.kernels()
        .swigluBack(f.both(), of.down().states(acts)); // both: its gradient; acts: silu(gate) up
    of.down().learn(g, f.lowDown(), acts, of.down().states(acts));
    Tensor again = normed(of.block().mlpNorm(), f.h(), of.gateUp(), scale2);
    Tensor back = of.gateUp().back(f.both(), f.lowBoth());
    of.gateUp().learn(f.both(), f.lowBoth(), back, of.gateUp().states(again));
    return normBack(of.block().mlpNorm(), of.gateUp().states(back), f.h(), scale2, g);
  }

  /** From there to queries, keys and values before they are turned, (N, (A + 2 G) D). */
  private Tensor attendBack(Tensor dh, Attended a, Augmented.Lower low) {
    Tensor back = of.o().back(dh, low); // (N, A D + R)
    of.o().learn(dh, low, back, a.mixed());
    torch.backward(
        new TensorVector(a.mixed()),
        new TensorVector(of.o().states(back)),
        new BoolOptional(false),
        false,
        new TensorVector());
    return of.kernels()
        .rotateBack(
            dense(a.q().grad()),
            dense(a.k().grad()),
            dense(a.v().grad()),
            angles.cos(),
            angles.sin());
  }

  private Tensor dense(Tensor gradient) {
    return gradient.stride(2) == 1 ? gradient : gradient.contiguous();
  }

  private static Tensor empty(Tensor like, ScalarType type, long... shape) {
    return torch.empty(
        shape, like.options().dtype(new ScalarTypeOptional(type)), new MemoryFormatOptional());
  }

  /** A norm's output within new rows, and the inverse roots that its backward pass needs. */
  private Tensor normed(Slot norm, Tensor x, Augmented into, Tensor scale) {
    RmsNorm rms = (RmsNorm) norm.current();
    Tensor room = into.room(x.size(0));
    of.kernels().rmsNorm(x, rms.weight().as(x), rms.eps(), into.states(room), scale);
    return room;
  }

  private Tensor normBack(Slot norm, Tensor g, Tensor x, Tensor scale, Tensor residual) {
    return of.kernels()
        .rmsNormBack(g, x, ((RmsNorm) norm.current()).weight().as(x), scale, residual);
  }
}

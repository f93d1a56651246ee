package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Kernels;
import dev.luthier.tensor.Prepared;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.StepKernels;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/**
 * A Llama-like {@link Block.PreNorm} for a step of generation: nine operations, and one more for
 * each of its four products where LoRA adds to it. Weights are those of training: frozen ones are
 * read where the {@link FusedBlock} has them, others are copied for as long as this lives.
 *
 * <p>Letters: R rows, H width, A query heads, G key and value heads, D width of a head, F inner
 * width.
 */
record StepLayer(
    Block.PreNorm block,
    Kernels kernels,
    Tensor norm1,
    Settled qkv,
    Settled o,
    Tensor norm2,
    Settled gateUp,
    Settled down)
    implements AutoCloseable {
  /** Whether a layer can be computed so, as far as its places go. */
  static boolean can(Block block) {
    return block instanceof Block.PreNorm layer
        && Fusible.alike(layer)
        && layer.attention().sight().causal()
        && Objects.requireNonNull(layer.attention().rope()).scaling().steady()
        && FusedBlock.places(layer).stream().allMatch(Member::readable);
  }

  /** Of a layer that {@link #can}. */
  static StepLayer of(Block block, Kernels kernels, Compute compute) {
    Block.PreNorm layer = (Block.PreNorm) block;
    List<Augmented> products =
        layer
            .fused()
            .frozen(layer, kernels, compute)
            .map(f -> List.of(f.qkv(), f.o(), f.gateUp(), f.down()))
            .orElseGet(
                () ->
                    FusedBlock.places(layer).stream()
                        .map(places -> Augmented.beside(places, compute))
                        .toList());
    return new StepLayer(
        layer,
        kernels,
        weight(layer.attentionNorm(), compute),
        Settled.of(products.get(0)),
        Settled.of(products.get(1)),
        weight(layer.mlpNorm(), compute),
        Settled.of(products.get(2)),
        Settled.of(products.get(3)));
  }

  private static Tensor weight(Slot norm, Compute compute) {
    try (Scope scope = new Scope()) {
      return scope.keep(
          ((RmsNorm) norm.current()).weight().value().detach().to(compute.dtype()).clone());
    }
  }

  /** The places whose maps this was made of. */
  List<Slot> slots() {
    return block.slots();
  }

  /** Whether nothing was put beside or behind the layer's halves since. */
  boolean bare() {
    Stack.Layer seats = block.seats();
    return seats.beside().untouched()
        && seats.afterAttention().untouched()
        && seats.afterMlp().untouched();
  }

  /**
   * Its operations, which compute it in place.
   *
   * @param x (R, H), dense
   * @param turn the angles of every place of the cache
   */
  List<Prepared> prepared(Tensor x, Rooms rooms, Rope.Angles turn, StepKernels.Cached cache) {
    StepKernels step = kernels.step();
    Attention attention = block.attention();
    Rooms.Room before = rooms.input(qkv.of());
    Tensor all = rooms.output(qkv.of().out);
    Tensor heads = rooms.heads(all, Fusible.width(block)); // (R, A + 2 G, D)
    Rooms.Room mixed = rooms.input(o.of()); // (R, A D)
    Rooms.Room between = rooms.input(gateUp.of());
    Tensor both = rooms.output(gateUp.of().out); // (R, 2 F)
    Rooms.Room acts = rooms.input(down.of()); // (R, F)
    double scale = attention.scores().scale();
    return List.of(
        step.rmsNorm(x, norm1, eps(block.attentionNorm()), before.states(), rooms.roots()),
        qkv.product(before, all),
        step.append(heads, turn.cos(), turn.sin(), cache),
        step.attend(heads, cache, scale, attention.sight().window(), mixed.states()),
        o.added(mixed, x),
        step.rmsNorm(x, norm2, eps(block.mlpNorm()), between.states(), rooms.roots()),
        gateUp.product(between, both),
        step.swiglu(both, acts.states()),
        down.added(acts, x));
  }

  private static double eps(Slot norm) {
    return ((RmsNorm) norm.current()).eps();
  }

  @Override
  public void close() {
    Scope.free(norm1);
    Scope.free(norm2);
    qkv.close();
    o.close();
    gateUp.close();
    down.close();
  }
}

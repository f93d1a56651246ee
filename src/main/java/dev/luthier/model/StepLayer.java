package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Kernels;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.StepKernels;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;

/**
 * A Llama-like {@link Block.PreNorm} for a step of generation: nine operations, and three more for
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

  /** Whether the layer still is what this was made of. */
  boolean fits() {
    List<List<Slot>> places = FusedBlock.places(block);
    return can(block)
        && qkv.of().fits(places.get(0))
        && o.of().fits(places.get(1))
        && gateUp.of().fits(places.get(2))
        && down.of().fits(places.get(3));
  }

  /**
   * Computes the layer in place.
   *
   * @param x (R, H), dense
   * @param turn the angles of every place of the cache
   */
  void apply(Tensor x, Rooms rooms, Rope.Angles turn, StepKernels.Cached cache) {
    Tensor all = qkv.product(normed(block.attentionNorm(), norm1, x, qkv, rooms), rooms);
    Tensor heads = all.view(x.size(0), -1, Fusible.width(block)); // (R, A + 2 G, D)
    kernels.step().append(heads, turn.cos(), turn.sin(), cache);
    Rooms.Room mixed = rooms.input(o.of());
    Attention attention = block.attention();
    kernels
        .step()
        .attend(
            heads,
            cache,
            attention.scores().scale(),
            attention.sight().window(),
            mixed.states()); // (R, A D)
    o.addTo(x, mixed);
    Tensor both = gateUp.product(normed(block.mlpNorm(), norm2, x, gateUp, rooms), rooms);
    Rooms.Room acts = rooms.input(down.of());
    kernels.swiglu(both, acts.states()); // (R, 2 F) -> (R, F)
    down.addTo(x, acts);
  }

  private Rooms.Room normed(Slot norm, Tensor weight, Tensor x, Settled into, Rooms rooms) {
    Rooms.Room room = rooms.input(into.of());
    double eps = ((RmsNorm) norm.current()).eps();
    kernels.rmsNorm(x, weight, eps, room.states(), rooms.roots());
    return room;
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

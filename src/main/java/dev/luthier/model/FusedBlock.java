package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.CustomGradient;
import dev.luthier.tensor.Kernels;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

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
record FusedBlock(
    Block.PreNorm block,
    Kernels kernels,
    Augmented qkv,
    Augmented o,
    Augmented gateUp,
    Augmented down) {
  /** The fused form of a block as it is now, or none if it does more than that can say. */
  static Optional<FusedBlock> of(Block.PreNorm block, Kernels kernels, Compute compute) {
    return Fusible.is(block) && places(block).stream().allMatch(s -> Member.can(s, compute.dtype()))
        ? Optional.of(over(block, kernels, compute))
        : Optional.empty();
  }

  private static FusedBlock over(Block.PreNorm block, Kernels kernels, Compute compute) {
    List<List<Slot>> places = places(block);
    return new FusedBlock(
        block,
        kernels,
        Augmented.of(places.get(0), compute),
        Augmented.of(places.get(1), compute),
        Augmented.of(places.get(2), compute),
        Augmented.of(places.get(3), compute));
  }

  /** What reads the same states, in the order of a forward pass. */
  static List<List<Slot>> places(Block.PreNorm block) {
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
    FusedPass pass = new FusedPass(this, x.contiguous(), layout);
    return CustomGradient.of(x, any -> pass.forward(), pass::backward);
  }
}

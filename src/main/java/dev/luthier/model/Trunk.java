package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Sequences;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What all models have below their heads: embedding, layers, last norm. Letters: N tokens, H width.
 *
 * @param norm the last norm, where the family has one
 * @param project from the model's width to the table's, where they differ (OPT)
 */
record Trunk(Embedding embedding, List<Block> blocks, @Nullable Slot norm, @Nullable Slot project) {
  /**
   * The state of every token, (N, H).
   *
   * @param segments (N) int64, for families with segment embeddings; none means all zero
   * @param cache what was seen before, or nothing; the caller moves it on
   */
  Tensor states(
      Sequences batch, @Nullable Tensor segments, @Nullable KvCache cache, Compute compute) {
    return states(new Layout(batch, cache, compute), segments);
  }

  Tensor states(Layout layout, @Nullable Tensor segments) {
    Tensor x = embedding.apply(layout, segments);
    for (Block block : blocks) {
      x = block.apply(x, layout);
    }
    Tensor last = norm == null ? x : norm.apply(x);
    return project == null ? last : project.apply(last);
  }

  /** Every named module, in the order of a forward pass. */
  List<Slot> slots() {
    return Stream.of(
            embedding.slots().stream(),
            blocks.stream().flatMap(b -> b.slots().stream()),
            Stream.of(norm, project).filter(Objects::nonNull))
        .flatMap(s -> s)
        .toList();
  }
}

package dev.luthier.model;

import dev.luthier.tensor.Checkpointed;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Keeping;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What all models have below their heads: embedding, layers, last norm. Letters: N tokens, H width.
 *
 * @param norm the last norm, where the family has one
 * @param project from the model's width to the table's, where they differ (OPT)
 */
record Trunk(
    Embedding embedding,
    List<Block> blocks,
    @Nullable Slot norm,
    @Nullable Slot project,
    Stack stack) {
  Trunk(Embedding embedding, List<Block> blocks, @Nullable Slot norm, @Nullable Slot project) {
    this(embedding, blocks, norm, project, Stack.of(embedding, blocks));
  }

  /**
   * How a batch lies, with the virtual tokens in front.
   *
   * @param cache what was seen before, or nothing; sequences that it holds no token of begin here
   */
  Layout layout(Sequences batch, @Nullable KvCache cache, Compute compute) {
    return layout(batch, cache, null, compute);
  }

  /** The same above sources. */
  Layout layout(
      Sequences batch, @Nullable KvCache cache, @Nullable Source source, Compute compute) {
    boolean begins = cache == null || Arrays.stream(cache.lengths()).allMatch(n -> n == 0);
    int virtual = begins ? stack.prompt().current().length() : 0;
    Prefix prefix = begins ? stack.prefix().current() : Prefix.NONE;
    Widened widened = Widened.of(batch, virtual, compute);
    stack.call().begin(widened.all());
    return new Layout(widened, cache, source, prefix, compute);
  }

  /**
   * The state of every token, virtual ones among them; {@link Layout#real} leaves those out.
   *
   * @param segments of the tokens that are not virtual, int64, for families with segment
   *     embeddings; none means all zero
   */
  Tensor states(Layout layout, @Nullable Tensor segments) {
    Tensor x =
        stack.entry().current().apply(embedding.apply(layout, segments, stack.prompt().current()));
    for (int i = 0; i < blocks.size(); i++) {
      x = through(i, x, layout);
    }
    Tensor last = norm == null ? x : norm.apply(x);
    return project == null ? last : project.apply(last);
  }

  private Tensor through(int i, Tensor x, Layout layout) {
    Block block = blocks.get(i);
    if (!GradMode.is_enabled()) {
      return measured(block, x, layout);
    }
    return stack.activations().reruns(i) && !layout.cached()
        ? checkpointed(block, x, layout)
        : block.apply(x, layout);
  }

  /** A block that no backward pass will ask about: what it makes on the way goes with it. */
  private static Tensor measured(Block block, Tensor x, Layout layout) {
    block.outside(layout).forEach(shared -> {}); // what all blocks see outlives the first
    return Scope.of(() -> block.apply(x, layout));
  }

  /** A block of which only the input waits for the backward pass. */
  private Tensor checkpointed(Block block, Tensor x, Layout layout) {
    List<Tensor> outside = block.outside(layout).filter(Tensor::requires_grad).toList();
    List<Tensor> inputs = Stream.concat(Stream.of(x), outside.stream()).toList();
    Keeping keeping = stack.activations().keeping();
    Tensor y =
        Checkpointed.of(
            inputs,
            seen -> {
              stack.call().begin(layout.batch.all()); // another call may have begun since
              List<Tensor> others = seen.subList(1, seen.size());
              return layout.outside.with(others, outside, () -> block.apply(seen.get(0), layout));
            },
            keeping,
            layout.compute);
    if (keeping.elsewhere()) {
      Scope.drop(x);
    }
    return y;
  }

  /** The state of every token of a batch, (N, H), without virtual ones. */
  Tensor states(Sequences batch, @Nullable Tensor segments, Compute compute) {
    if (batch.shared().any() && stack.virtualTokens() > 0) { // each has virtual tokens of its own
      long[] firsts = Arrays.stream(batch.shared().firsts()).asLongStream().toArray();
      return states(batch.apart(), segments, compute).index_select(0, Ops.longs(firsts, compute));
    }
    Layout layout = layout(batch, null, compute);
    return layout.real(states(layout, segments));
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

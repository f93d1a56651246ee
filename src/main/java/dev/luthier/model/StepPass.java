package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Fusion;
import dev.luthier.tensor.Kernels;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.StepKernels;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One token of every sequence through a model of Llama-like layers, for one cache: the same numbers
 * as part by part, in few operations, since a step of generation costs what it takes to start them.
 * What does not change from step to step is made once. Letters: R rows, H width, S places.
 */
final class StepPass implements AutoCloseable {
  private final Trunk trunk;
  private final KvCache cache;
  private final Compute compute;
  private final List<StepLayer> layers;
  private final Map<Rope, Rope.Angles> angles = new IdentityHashMap<>(); // (S, T) each
  private int[] known = {}; // the lengths that the device knows
  private @Nullable Tensor lengths; // (R) int64
  private @Nullable Rooms rooms;

  private StepPass(Trunk trunk, KvCache cache, Compute compute, Kernels kernels) {
    this.trunk = trunk;
    this.cache = cache;
    this.compute = compute;
    this.layers = trunk.blocks().stream().map(b -> StepLayer.of(b, kernels, compute)).toList();
  }

  /** One for a cache, or none where a step is to be computed part by part. */
  static Optional<StepPass> of(Trunk trunk, KvCache cache, Compute compute) {
    boolean can =
        !GradMode.is_enabled()
            && !compute.hollow()
            && trunk.embedding().bare()
            && trunk.project() == null
            && trunk.blocks().stream().allMatch(StepLayer::can);
    return can
        ? Fusion.on(compute).map(kernels -> new StepPass(trunk, cache, compute, kernels))
        : Optional.empty();
  }

  /** Whether the model still is what this was made of. */
  boolean fits() {
    return layers.stream().allMatch(StepLayer::fits);
  }

  /**
   * @param ids (R), the next token of each sequence of the cache, which then holds it
   * @return (R, H), after the last norm
   */
  Tensor states(Tensor ids) {
    int[] ones = new int[cache.lengths().length];
    Arrays.fill(ones, 1);
    cache.widen();
    trunk.stack().call().begin(ones);
    Tensor at = lengths();
    Rooms in = rooms(ones.length);
    long seen = Arrays.stream(known).max().orElse(0) + 1L;
    Tensor rows = trunk.embedding().table().apply(ids).to(compute.dtype()); // new, (R, H)
    Tensor x = trunk.stack().entry().current().apply(rows).contiguous();
    for (int i = 0; i < layers.size(); i++) {
      StepLayer layer = layers.get(i);
      Attention attention = layer.block().attention();
      KvCache.Seen held = cache.whole(attention.layer());
      layer.apply(
          x, in, turn(attention), new StepKernels.Cached(held.keys(), held.values(), at, seen));
    }
    at.add_(Ops.whole(1));
    Arrays.setAll(known, b -> known[b] + 1);
    cache.advance(ones);
    return trunk.norm() == null ? x : trunk.norm().apply(x);
  }

  /** The lengths on the device, which change with rows that come, move or go. */
  private Tensor lengths() {
    int[] now = cache.lengths();
    Tensor held = lengths;
    if (held == null || !Arrays.equals(now, known)) {
      try (Scope scope = new Scope()) {
        long[] wide = Arrays.stream(now).asLongStream().toArray();
        Tensor made = scope.keep(Ops.longs(wide, compute));
        forget();
        known = now;
        lengths = made;
        return made;
      }
    }
    return held;
  }

  private void forget() {
    if (lengths != null) {
      Scope.free(lengths);
      lengths = null;
    }
  }

  private Rooms rooms(int rows) {
    Rooms held = rooms;
    if (held == null || held.rows() != rows) {
      if (held != null) {
        held.close();
      }
      held = new Rooms(compute, rows);
      rooms = held;
    }
    return held;
  }

  private Rope.Angles turn(Attention attention) {
    return angles.computeIfAbsent(
        java.util.Objects.requireNonNull(attention.rope()),
        rope -> {
          try (Scope scope = new Scope()) {
            Tensor places = Spans.range(cache.capacity(), compute);
            Rope.Angles all = rope.angles(places, cache.capacity(), compute); // (S, 1, T)
            return new Rope.Angles(
                scope.keep(all.cos().squeeze(1)), scope.keep(all.sin().squeeze(1)));
          }
        });
  }

  @Override
  public void close() {
    layers.forEach(StepLayer::close);
    for (Rope.Angles held : angles.values()) {
      Scope.free(held.cos());
      Scope.free(held.sin());
    }
    forget();
    if (rooms != null) {
      rooms.close();
    }
  }
}

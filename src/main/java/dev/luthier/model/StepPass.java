package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Fusion;
import dev.luthier.tensor.Kernels;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One token of every sequence through a model of Llama-like layers, for one cache: the same numbers
 * as part by part, in few operations that are prepared once, since a step of generation costs what
 * it takes to start them. Letters: R rows, H width, S places.
 */
final class StepPass implements AutoCloseable {
  private final Trunk trunk;
  private final KvCache cache;
  private final Compute compute;
  private final List<StepLayer> layers;
  private final Map<Slot, Projection> maps = new IdentityHashMap<>(); // as they were at first
  private final Map<Rope, Rope.Angles> angles = new IdentityHashMap<>(); // (S, T) each
  private @Nullable StepProgram program;

  private StepPass(Trunk trunk, KvCache cache, Compute compute, Kernels kernels) {
    this.trunk = trunk;
    this.cache = cache;
    this.compute = compute;
    this.layers = trunk.blocks().stream().map(b -> StepLayer.of(b, kernels, compute)).toList();
    layers.forEach(layer -> layer.slots().forEach(slot -> maps.put(slot, slot.current())));
  }

  /** One for a cache, or none where a step is to be computed part by part. */
  static Optional<StepPass> of(Trunk trunk, KvCache cache, Compute compute) {
    boolean can =
        !GradMode.is_enabled()
            && !compute.hollow()
            && trunk.embedding().bare()
            && trunk.norm() != null
            && trunk.project() == null
            && trunk.blocks().stream().allMatch(StepLayer::can);
    return can
        ? Fusion.on(compute).map(kernels -> new StepPass(trunk, cache, compute, kernels))
        : Optional.empty();
  }

  /** Whether the model still is what this was made of. */
  boolean fits() {
    for (Map.Entry<Slot, Projection> map : maps.entrySet()) {
      if (map.getKey().current() != map.getValue()) {
        return false;
      }
    }
    return layers.stream().allMatch(StepLayer::bare);
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
    Tensor rows = trunk.embedding().table().apply(ids).to(compute.dtype());
    Tensor x = trunk.stack().entry().current().apply(rows); // (R, H)
    Tensor last = program(ones.length).run(x, cache.lengths());
    cache.advance(ones);
    return Objects.requireNonNull(trunk.norm()).apply(last);
  }

  private StepProgram program(int sequences) {
    int rows = StepProgram.rows(sequences, cache);
    StepProgram held = program;
    if (held == null || !held.fits(rows, cache)) {
      if (held != null) {
        held.close();
      }
      held = new StepProgram(layers, cache, rows, this::turn, compute);
      program = held;
    }
    return held;
  }

  private Rope.Angles turn(Attention attention) {
    return angles.computeIfAbsent(
        Objects.requireNonNull(attention.rope()),
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
    if (program != null) {
      program.close();
    }
    layers.forEach(StepLayer::close);
    for (Rope.Angles held : angles.values()) {
      Scope.free(held.cos());
      Scope.free(held.sin());
    }
  }
}

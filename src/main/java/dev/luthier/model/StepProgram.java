package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Prepared;
import dev.luthier.tensor.StepKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * All layers of a step, ready to run for some number of rows over a cache as it lies now. Letters:
 * R rows, H width.
 */
final class StepProgram implements AutoCloseable {
  private static final int TOGETHER = 8; // rows come and go in so many before it is made anew

  private final Compute compute;
  private final Rooms rooms;
  private final Tensor x; // (R, H)
  private final Tensor first; // keys of the first layer
  private final List<Prepared> operations = new ArrayList<>();
  private int[] known = {}; // the lengths that the device knows

  StepProgram(
      List<StepLayer> layers,
      KvCache cache,
      int rows,
      Function<Attention, Rope.Angles> turn,
      Compute compute) {
    this.compute = compute;
    this.rooms = new Rooms(compute, rows);
    this.x = rooms.alone(layers.get(0).down().of().out);
    this.first = cache.whole(0).keys();
    for (StepLayer layer : layers) {
      Attention attention = layer.block().attention();
      KvCache.Seen held = cache.whole(attention.layer());
      StepKernels.Cached at = new StepKernels.Cached(held.keys(), held.values(), rooms.lengths());
      operations.addAll(layer.prepared(x, rooms, turn.apply(attention), at));
    }
  }

  /**
   * How many rows to compute for so many: those beyond write where nobody reads, into rows that the
   * cache has and no sequence holds.
   */
  static int rows(int wanted, KvCache cache) {
    int even = wanted < TOGETHER ? wanted : (wanted + TOGETHER - 1) / TOGETHER * TOGETHER;
    return (int) Math.min(even, cache.whole(0).keys().size(0));
  }

  /** Whether it is made for so many rows and the memory that the cache has now. */
  boolean fits(int rows, KvCache cache) {
    return rooms.rows() == rows && first == cache.whole(0).keys();
  }

  /**
   * Computes all layers.
   *
   * @param states of as many tokens as there are sequences
   * @param lengths of the sequences, without these
   * @return their states behind the last layer, which stay there until the next call
   */
  Tensor run(Tensor states, int[] lengths) {
    if (!Arrays.equals(lengths, known)) {
      long[] wide = new long[rooms.rows()];
      Arrays.setAll(wide, b -> b < lengths.length ? lengths[b] : 0);
      rooms.lengths().copy_(Ops.longs(wide, compute));
      known = lengths.clone();
    }
    Tensor held = lengths.length == rooms.rows() ? x : x.narrow(0, 0, lengths.length);
    held.copy_(states);
    operations.forEach(Prepared::run);
    rooms.lengths().add_(Ops.whole(1));
    Arrays.setAll(known, b -> known[b] + 1);
    return held;
  }

  @Override
  public void close() {
    operations.forEach(Prepared::close);
    rooms.close();
  }
}

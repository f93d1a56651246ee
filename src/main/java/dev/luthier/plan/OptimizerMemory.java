package dev.luthier.plan;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/** What an optimiser keeps of trainable weights between steps, and takes while it makes one. */
public enum OptimizerMemory {
  /** Two float32 moments; the root of one while it steps (Loshchilov and Hutter 2019). */
  ADAMW(s -> 8 * count(s), s -> 4 * count(s)),
  /** Two moments of 8 bits with a float32 scale for each 256 (Dettmers et al. 2022). */
  ADAMW_8BIT(s -> 2 * blockwise(count(s)), s -> 8 * count(s)),
  /** One float32 moment, and its sign while it steps (Chen et al. 2023). */
  LION(s -> 4 * count(s), s -> 4 * count(s)),
  /** Sums of rows and columns of matrices (Shazeer and Stern 2018); the update while it steps. */
  ADAFACTOR(
      s -> s.stream().mapToLong(OptimizerMemory::factored).sum(),
      s -> s.stream().mapToLong(OptimizerMemory::numbers).max().orElse(0) * 8),
  /** Nothing. */
  SGD(s -> 0, s -> 0),
  /** One float32 velocity. */
  SGD_MOMENTUM(s -> 4 * count(s), s -> 0);

  private final ToLongFunction<List<long[]>> state;
  private final ToLongFunction<List<long[]>> step;

  OptimizerMemory(ToLongFunction<List<long[]>> state, ToLongFunction<List<long[]>> step) {
    this.state = state;
    this.step = step;
  }

  /** Bytes between steps, for weights of these shapes. */
  public long state(List<long[]> shapes) {
    return state.applyAsLong(shapes);
  }

  /** Bytes more while it steps. */
  public long step(List<long[]> shapes) {
    return step.applyAsLong(shapes);
  }

  private static long count(List<long[]> shapes) {
    return shapes.stream().mapToLong(OptimizerMemory::numbers).sum();
  }

  private static long numbers(long[] shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }

  private static long blockwise(long count) {
    return count + 4 * ((count + 255) / 256);
  }

  private static long factored(long[] shape) {
    if (shape.length < 2) {
      return 4 * numbers(shape);
    }
    long columns = shape[shape.length - 1];
    return 4 * (numbers(shape) / columns + numbers(shape) / shape[shape.length - 2]);
  }
}

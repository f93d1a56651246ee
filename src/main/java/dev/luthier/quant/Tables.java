package dev.luthier.quant;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What every matrix of a device looks its numbers up in. There is one of each for a device, as long
 * as the process lives: a table in each matrix would weigh more than the scales of a small one.
 *
 * @param pairs (256) the two values of every byte, the high four bits' first, as one float64
 * @param nearest the place of a number's nearest value among the ascending ones
 * @param patterns (256) what a byte of two places is in bit patterns
 */
record Tables(Tensor pairs, Nearest nearest, Tensor patterns) {
  private record OfCode(Code code, String device) {}

  private record OfBytes(int block, String device) {}

  private static final Map<OfCode, Tables> CODES = new ConcurrentHashMap<>();
  private static final Map<OfBytes, Blockwise> BYTES = new ConcurrentHashMap<>();

  static Tables of(Code code, Compute compute) {
    return CODES.computeIfAbsent(new OfCode(code, compute.device()), key -> make(code, compute));
  }

  /** The signed map in blocks, for weights and for scales; nobody closes it. */
  static Blockwise bytes(int block, Compute compute) {
    return BYTES.computeIfAbsent(
        new OfBytes(block, compute.device()),
        key -> new Blockwise(DynamicMap.SIGNED, block, compute));
  }

  private static Tables make(Code code, Compute compute) {
    float[] values = code.numbers();
    int[] order = code.patterns();
    int size = Code.SIZE * Code.SIZE;
    float[] pairs = new float[2 * size];
    long[] patterns = new long[size];
    for (int high = 0; high < Code.SIZE; high++) {
      for (int low = 0; low < Code.SIZE; low++) {
        int at = high * Code.SIZE + low;
        pairs[2 * at] = values[high];
        pairs[2 * at + 1] = values[low];
        patterns[at] = (long) order[high] * Code.SIZE + order[low];
      }
    }
    try (Scope scope = new Scope()) {
      return new Tables(
          scope.keep(Ops.floats(pairs, compute).view(ScalarType.Double)),
          new Nearest(code.ascending(), compute),
          scope.keep(Ops.longs(patterns, compute).to(ScalarType.Byte)));
    }
  }
}

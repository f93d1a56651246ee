package dev.luthier.quant;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Finds the nearest of up to 256 ascending values: how many of the middles between neighbours lie
 * below a number. What lies on a middle is the lower value.
 *
 * <p>On a GPU that is a binary search. On a CPU the upper 16 bits of the number look up the answer
 * for all numbers that begin with them, and the one middle that may lie among these: ten times
 * faster, and equal.
 */
final class Nearest implements AutoCloseable {
  private static final int KEYS = 1 << 16;

  private final Tensor middles;
  private final @Nullable Table table;

  /** Of the numbers that begin with 16 bits: middles below all, and the one amid them. */
  private record Table(Tensor below, Tensor limit) {}

  Nearest(float[] ascending, Compute compute) {
    float[] between = middles(ascending);
    try (Scope scope = new Scope()) {
      middles = scope.keep(Ops.floats(between, compute));
      table = compute.isCuda() ? null : table(between, scope);
    }
  }

  private static float[] middles(float[] ascending) {
    float[] out = new float[ascending.length - 1];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (((double) ascending[i] + ascending[i + 1]) / 2);
    }
    return out;
  }

  private static Table table(float[] middles, Scope scope) {
    float[] limit = new float[KEYS];
    long[] below = new long[KEYS];
    Arrays.fill(limit, Float.POSITIVE_INFINITY);
    for (int key = 0; key < KEYS; key++) {
      float nearZero = Float.intBitsToFloat(key << 16);
      float far = Float.intBitsToFloat(key << 16 | (KEYS - 1));
      int i = 0;
      while (i < middles.length && middles[i] < Math.min(nearZero, far)) {
        i++;
      }
      below[key] = i;
      if (i < middles.length && middles[i] < Math.max(nearZero, far)) {
        limit[key] = middles[i];
        if (i + 1 < middles.length && middles[i + 1] < Math.max(nearZero, far)) {
          throw new IllegalArgumentException(
              "values too close to be told apart by 16 bits: around " + middles[i]);
        }
      }
    }
    return new Table(
        scope.keep(Ops.longs(below, Compute.CPU).to(ScalarType.Byte)),
        scope.keep(Ops.floats(limit, Compute.CPU)));
  }

  /** The place of the nearest value, uint8, in the shape of x; x is contiguous float32. */
  Tensor places(Tensor x) {
    if (table == null) {
      return torch.bucketize(x, middles, true, false).to(ScalarType.Byte);
    }
    Tensor flat = x.view(-1);
    Tensor key =
        flat.view(ScalarType.Int).__rshift__(Ops.whole(16)).bitwise_and_(Ops.whole(KEYS - 1));
    Tensor above = flat.gt(table.limit().index_select(0, key)).view(ScalarType.Byte);
    return table.below().index_select(0, key).add_(above).view_as(x);
  }

  @Override
  public void close() {
    Scope.free(middles);
    if (table != null) {
      Scope.free(table.below());
      Scope.free(table.limit());
    }
  }
}

package dev.luthier.quant;

import dev.luthier.error.Check;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * 8-bit numbers in blocks (Dettmers et al., <a
 * href="https://arxiv.org/abs/2110.02861">arXiv:2110.02861</a>, section 2.1): of every block of B
 * numbers its largest magnitude is kept as float32, and of every number the nearest value of a map.
 *
 * <pre>
 *   N_b = max(|x|) over block b                   (4)
 *   q_i = argmin_j |map_j - x_i / N_b|            (5)
 *   x_i ~ map[q_i] N_b
 * </pre>
 *
 * <p>It owns the map on a device and is used there for any number of vectors. The work goes in
 * parts, so that what it needs beside its result stays small however long the vector is.
 */
public final class Blockwise implements AutoCloseable {
  /** Numbers that are worked on at a time, at most. */
  private static final long CPU_PART = 1 << 18;

  private static final long GPU_PART = 1 << 24;

  private final int block;
  private final long part;
  private final Compute compute;
  private final Tensor map; // (256)
  private final Tensor middles; // (255)

  /**
   * @param block numbers that share a scale, any number > 0; bitsandbytes takes 256 for states of
   *     optimisers
   */
  public Blockwise(DynamicMap map, int block, Compute compute) {
    this.block = (int) Check.atLeast("block", 1L, block);
    this.part = Math.max(1, (compute.isCuda() ? GPU_PART : CPU_PART) / block);
    this.compute = compute;
    float[] values = map.numbers();
    try (Scope scope = new Scope()) {
      this.map = scope.keep(Ops.floats(values, compute));
      this.middles = scope.keep(Ops.floats(DynamicMap.middles(values), compute));
    }
  }

  public int block() {
    return block;
  }

  /** How many blocks so many numbers make; the last may be shorter. */
  public long blocks(long n) {
    return (n + block - 1) / block;
  }

  /** A vector of n zeros; it belongs to the scope that is open. */
  public Bytes zeros(long n) {
    float[] values = Ops.toFloats(map);
    int zero = 0;
    while (values[zero] != 0) {
      zero++;
    }
    return new Bytes(
        torch.full(new long[] {n}, Ops.whole(zero), compute.options(ScalarType.Byte)),
        torch.zeros(new long[] {blocks(n)}, compute.options(ScalarType.Float)),
        block);
  }

  /** A vector in eight bits, which belongs to the scope that is open. */
  public Bytes quantise(Tensor x) { // of any shape
    Bytes out =
        new Bytes(
            torch.zeros(new long[] {x.numel()}, compute.options(ScalarType.Byte)),
            torch.zeros(new long[] {blocks(x.numel())}, compute.options(ScalarType.Float)),
            block);
    quantise(x, out);
    return out;
  }

  /** Overwrites bytes and scales with those of x, a contiguous vector of real numbers. */
  public void quantise(Tensor x, Bytes into) {
    each(
        x.reshape(-1),
        into,
        (values, bytes, absmax) -> {
          Tensor real = values.to(ScalarType.Float);
          absmax.copy_(real.abs().amax(new long[] {1}, false)); // (4)
          Tensor scaled = real.mul(inverse(absmax).unsqueeze(1));
          bytes.copy_(torch.bucketize(scaled, middles, true, false)); // (5)
        });
  }

  /** The numbers of bytes, a new float32 vector. */
  public Tensor dequantise(Bytes from) {
    Tensor out =
        torch.zeros(
            new long[] {from.bytes().numel()}, compute.options(ScalarType.Float));
    dequantise(from, out);
    return out;
  }

  /** Overwrites x, a contiguous vector of a real type, with the numbers of bytes. */
  public void dequantise(Bytes from, Tensor into) {
    each(
        into,
        from,
        (values, bytes, absmax) -> {
          Tensor codes = map.index_select(0, bytes.reshape(-1).to(ScalarType.Int));
          torch.mul_out(values, codes.view_as(bytes), absmax.unsqueeze(1));
        });
  }

  /** 1 / N, and something finite where N is zero or hardly more. */
  static Tensor inverse(Tensor absmax) {
    return absmax.reciprocal().clamp_max_(Ops.scalar(Float.MAX_VALUE));
  }

  private interface Rows {
    void with(Tensor values, Tensor bytes, Tensor absmax);
  }

  /** Part for part as matrices with one block in a row; a shorter last block comes alone. */
  private void each(Tensor values, Bytes bytes, Rows work) {
    long n = values.numel();
    long full = n / block;
    try (AutoGradMode off = Ops.noGrad()) {
      for (long at = 0; at < full; at += part) {
        long rows = Math.min(part, full - at);
        rows(values, bytes, at, rows, block, work);
      }
      if (n % block > 0) {
        rows(values, bytes, full, 1, n % block, work);
      }
    }
  }

  private void rows(Tensor values, Bytes bytes, long at, long rows, long width, Rows work) {
    try (Scope scope = new Scope()) {
      work.with(
          values.narrow(0, at * block, rows * width).view(rows, width),
          bytes.bytes().narrow(0, at * block, rows * width).view(rows, width),
          bytes.absmax().narrow(0, at, rows));
    }
  }

  @Override
  public void close() {
    Scope.free(map);
    Scope.free(middles);
  }
}

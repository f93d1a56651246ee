package dev.luthier.quant;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Fusion;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Unpacker;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * 8-bit numbers in blocks (Dettmers et al., <a
 * href="https://arxiv.org/abs/2110.02861">arXiv:2110.02861</a>, section 2.1): of every block of B
 * numbers its largest magnitude is kept as float32, and of every number the nearest value of a map.
 *
 * <pre>
 *   N_b = max(|x|) over block b                   (a)
 *   q_i = argmin_j |map_j - x_i / N_b|            (b)
 *   x_i ~ map[q_i] N_b
 * </pre>
 *
 * <p>It owns the map on a device and is used there for any number of vectors.
 */
public final class Blockwise implements AutoCloseable {
  private final Compute compute;
  private final Blocks blocks;
  private final int zero; // the place of 0 in the map
  private final Tensor map; // (256)
  private final Nearest nearest;

  /**
   * @param block numbers that share a scale, any number > 0; bitsandbytes takes 256 for states of
   *     optimisers
   */
  public Blockwise(DynamicMap map, int block, Compute compute) {
    this.compute = compute;
    this.blocks = Blocks.of(block, compute);
    float[] numbers = map.numbers();
    this.zero = Arrays.binarySearch(numbers, 0);
    this.nearest = new Nearest(numbers, compute);
    try (Scope scope = new Scope()) {
      this.map = scope.keep(Ops.floats(numbers, compute));
    }
  }

  public int block() {
    return blocks.block();
  }

  /** The 256 values, which belong to this object. */
  Tensor map() {
    return map;
  }

  /** How many blocks so many numbers make; the last may be shorter. */
  public long blocks(long n) {
    return blocks.count(n);
  }

  /** A vector of n zeros; it belongs to the scope that is open. */
  public Bytes zeros(long n) {
    Bytes out = room(n);
    out.bytes().fill_(Ops.whole(zero));
    out.absmax().zero_();
    return out;
  }

  private Bytes room(long n) {
    return new Bytes(
        empty(n, ScalarType.Byte), empty(blocks.count(n), ScalarType.Float), blocks.block());
  }

  private Tensor empty(long n, ScalarType type) {
    return torch.empty(new long[] {n}, compute.options(type), new MemoryFormatOptional());
  }

  /** A vector in eight bits, which belongs to the scope that is open. */
  public Bytes quantise(Tensor x) { // of any shape and real type, on any device
    Bytes out = room(x.numel());
    quantise(x, out);
    return out;
  }

  /** Overwrites bytes and scales with those of x. */
  public void quantise(Tensor x, Bytes into) {
    Tensor vector = x.reshape(-1);
    blocks.each(
        vector.numel(),
        (at, row, rows, width) -> {
          Tensor real = Blocks.rows(vector, at, rows, width, compute);
          Tensor absmax = into.absmax().narrow(0, row, rows);
          absmax.copy_(Blocks.absmax(real)); // (a)
          Tensor places = nearest.places(Blocks.scaled(real, absmax)); // (b)
          into.bytes().narrow(0, at, rows * width).view(rows, width).copy_(places);
        });
  }

  /** The numbers, a new float32 vector. */
  public Tensor dequantise(Bytes from) {
    Tensor out = empty(from.bytes().numel(), ScalarType.Float);
    dequantise(from, out);
    return out;
  }

  /**
   * Overwrites x with the numbers.
   *
   * @param into of a real type, contiguous, or rows within wider ones
   */
  public void dequantise(Bytes from, Tensor into) {
    Optional<Unpacker> unpacker = even() ? Fusion.unpacker(into) : Optional.empty();
    if (unpacker.isPresent()) {
      Tensor rows = into.dim() == 2 ? into : into.view(1, -1);
      unpacker.get().bytes(from.bytes(), map, from.absmax(), block(), rows);
    } else if (into.is_contiguous()) {
      inParts(from, into.view(-1));
    } else {
      into.copy_(dequantise(from).view(Ops.shape(into)));
    }
  }

  /** Whether blocks are such as an {@link Unpacker} takes. */
  private boolean even() {
    return block() % 8 == 0 && Integer.bitCount(block()) == 1;
  }

  private void inParts(Bytes from, Tensor vector) {
    blocks.each(
        vector.numel(),
        (at, row, rows, width) -> {
          Tensor places = from.bytes().narrow(0, at, rows * width).to(ScalarType.Int);
          Tensor numbers = map.index_select(0, places).view(rows, width);
          Tensor absmax = from.absmax().narrow(0, row, rows).unsqueeze(1);
          torch.mul_out(vector.narrow(0, at, rows * width).view(rows, width), numbers, absmax);
        });
  }

  @Override
  public void close() {
    Scope.free(map);
    nearest.close();
  }
}

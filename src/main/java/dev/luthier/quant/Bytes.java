package dev.luthier.quant;

import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/**
 * A vector in eight bits. Who makes one owns its tensors: the scope that was open, unless {@link
 * #keep} takes them out of it.
 *
 * @param bytes (N) places in the map, uint8
 * @param absmax (ceil(N / block)) the largest magnitude of every block, float32
 * @param block numbers that share a scale
 */
public record Bytes(Tensor bytes, Tensor absmax, int block) implements AutoCloseable {
  /** A view on {@code count} blocks from block {@code first} on: writing to it writes here. */
  public Bytes part(long first, long count) {
    long begin = first * block;
    long end = Math.min(bytes.numel(), begin + count * block);
    return new Bytes(bytes.narrow(0, begin, end - begin), absmax.narrow(0, first, count), block);
  }

  /** What it holds in memory. */
  public long held() {
    return bytes.nbytes() + absmax.nbytes();
  }

  /** Takes the tensors out of a scope; then {@link #close} frees them. */
  public Bytes keep(Scope scope) {
    scope.keep(bytes);
    scope.keep(absmax);
    return this;
  }

  @Override
  public void close() {
    Scope.free(bytes);
    Scope.free(absmax);
  }
}

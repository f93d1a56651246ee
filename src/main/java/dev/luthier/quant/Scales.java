package dev.luthier.quant;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/** The largest magnitude of every block, as it is kept. */
sealed interface Scales extends AutoCloseable {
  /** The magnitudes (N / block), float32; the caller does not own them. */
  Tensor absmax();

  /** What is held in memory. */
  long held();

  @Override
  void close();

  /** As they are. */
  record Single(Tensor absmax) implements Scales {
    @Override
    public long held() {
      return absmax.nbytes();
    }

    @Override
    public void close() {
      Scope.free(absmax);
    }
  }

  /**
   * Double quantisation (<a href="https://arxiv.org/abs/2305.14314">arXiv:2305.14314</a>, section
   * 3): their distance from their mean in eight bits, blocks of 256.
   *
   * @param distances what is left of each without the mean
   * @param offset the mean
   */
  record Double(Bytes distances, float offset, Compute compute) implements Scales {
    /** Magnitudes that share a scale of their own. */
    static final int BLOCK = 256;

    static Double of(Tensor absmax, Compute compute, Scope scope) {
      float offset = absmax.mean().item_float();
      Bytes distances =
          Tables.bytes(BLOCK, compute).quantise(absmax.sub(Ops.scalar(offset))).keep(scope);
      return new Double(distances, offset, compute);
    }

    @Override
    public Tensor absmax() {
      return Tables.bytes(BLOCK, compute).dequantise(distances).add_(Ops.scalar(offset));
    }

    @Override
    public long held() {
      return distances.held() + Float.BYTES;
    }

    @Override
    public void close() {
      distances.close();
    }
  }

  static Scales of(Tensor absmax, boolean doubled, Compute compute, Scope scope) {
    return doubled ? Double.of(absmax, compute, scope) : new Single(scope.keep(absmax));
  }
}

package dev.luthier.quant;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Storage;
import org.bytedeco.pytorch.Tensor;

/**
 * Weights in eight bits: {@link Blockwise} with the signed map, row by row.
 *
 * @param block weights that share a scale: a power of two from 16 to 4096
 */
public record EightBit(int block) implements Storage {
  public EightBit {
    FourBit.checkBlock(block);
  }

  @Override
  public EightBitMatrix pack(String name, Tensor weight, Compute compute) {
    try (Scope scope = new Scope()) {
      Bytes made = Tables.bytes(block, compute).quantise(weight.detach());
      FourBit.refuseUnreal(name, made.absmax());
      return new EightBitMatrix(
          this, Ops.shape(weight), weight.scalar_type().intern(), made.keep(scope), compute);
    }
  }

  @Override
  public long bytes(long count) {
    return count + 4 * ((count + block - 1) / block);
  }
}

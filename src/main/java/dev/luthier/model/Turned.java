package dev.luthier.model;

import dev.luthier.tensor.Packed;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A matrix that is packed the other way round than its file holds it: GPT-2's maps, whose blocks
 * run along the inputs as those of all other maps do (and as bitsandbytes has them).
 *
 * @param inner (out, in)
 */
record Turned(Packed inner) implements Packed {
  @Override
  public long[] shape() {
    return new long[] {inner.shape()[1], inner.shape()[0]};
  }

  @Override
  public Tensor unpacked(ScalarType type) {
    return inner.unpacked(type).t();
  }

  @Override
  public Tensor borrowed(ScalarType type) {
    return inner.borrowed(type).t();
  }

  @Override
  public long bytes() {
    return inner.bytes();
  }

  @Override
  public void close() {
    inner.close();
  }
}

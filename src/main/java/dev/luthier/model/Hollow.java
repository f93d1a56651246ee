package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A packed weight that nobody packed, for plans: right in shape, zero in value.
 *
 * @param bytes what it would hold beside the pages of its file
 */
record Hollow(long[] shape, long bytes, Compute compute) implements Packed {
  @Override
  public Tensor unpacked(ScalarType type) {
    return Ops.hollow(compute, shape).to(type);
  }

  @Override
  public void close() {}
}

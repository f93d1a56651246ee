package dev.luthier.tensor;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A frozen weight that is kept in fewer bits than it computes in. Its values appear where they are
 * asked for, and are garbage of the caller's scope.
 */
public interface Packed extends AutoCloseable {
  /** The weight's sizes, such as (out, in). */
  long[] shape();

  /** The values as a new tensor of a real type, on the device where the bits lie. */
  Tensor unpacked(ScalarType type);

  /** What is held in memory, scales and tables included. */
  long bytes();

  /** Frees what is held. */
  @Override
  void close();
}

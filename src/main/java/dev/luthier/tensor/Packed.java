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

  /**
   * The same where they are used at once: what the thread borrows next may overwrite them ({@link
   * Scratch}).
   */
  default Tensor borrowed(ScalarType type) {
    return unpacked(type);
  }

  /**
   * Writes the values where the caller has room for them.
   *
   * @param room of the weight's sizes and of a real type, perhaps within wider rows
   */
  default void write(Tensor room) {
    room.copy_(borrowed(room.scalar_type()));
  }

  /** Some rows, (N) int64 -> (N, in). */
  default Tensor rows(Tensor ids, ScalarType type) {
    return unpacked(type).index_select(0, ids);
  }

  /** Into how many runs of rows it can be cut that unpack one by one. */
  default int pieces() {
    return 1;
  }

  /** One run of rows, counted from 0, borrowed. */
  default Tensor piece(int index, ScalarType type) {
    return borrowed(type);
  }

  /** What is held in memory, scales and tables included. */
  long bytes();

  /** Frees what is held. */
  @Override
  void close();
}

package dev.luthier.tensor;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** Where a tensor waits for the backward pass. */
public interface Keeping {
  /** Where it is. */
  Keeping IN_PLACE = x -> () -> x;

  /** The host's memory: of a CPU's tensors, where they are. */
  static Keeping onHost(Compute compute) {
    return compute.isCuda() ? new HostMemory(compute) : IN_PLACE;
  }

  /**
   * Takes a tensor in, without its gradient.
   *
   * @return gives its values back, once, on the device where they were; what it makes for that
   *     belongs to the scope that is open then
   */
  Supplier<Tensor> keep(Tensor x);

  /** Whether the tensor itself is not needed any more once it is kept. */
  default boolean elsewhere() {
    return false;
  }
}

package dev.luthier.tensor;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Where the random numbers of a device stand, so that what was drawn can be drawn again.
 *
 * @param state what libtorch's own generator of the device says of itself, bytes in host memory
 */
public record RandomState(Compute compute, Tensor state) {
  /** The state as it is now, held by the scope that is open. */
  public static RandomState now(Compute compute) {
    return new RandomState(compute, generator(compute).get_state());
  }

  /** Goes back there. */
  public void restore() {
    generator(compute).set_state(state);
  }

  private static Generator generator(Compute compute) {
    return compute.isCuda()
        ? torch.globalContext().defaultGenerator(compute.torchDevice())
        : torch.getDefaultCPUGenerator();
  }
}

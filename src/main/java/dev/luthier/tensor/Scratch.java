package dev.luthier.tensor;

import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Memory of a thread that is written anew at every use: for large values that live for a moment.
 * Freed and asked for again beside small tensors that stay, such blocks leave holes in the heap of
 * the C library that the next one does not fit into, so that the process would grow by all of them.
 * It keeps the largest block of each type. A GPU's allocator needs no such help.
 */
public final class Scratch {
  private static final ThreadLocal<Map<ScalarType, Tensor>> OWN =
      ThreadLocal.withInitial(() -> new EnumMap<>(ScalarType.class));

  private Scratch() {}

  /**
   * A tensor of any values; the thread's next one of this type overwrites it.
   *
   * @param beside on whose device
   */
  public static Tensor tensor(Tensor beside, ScalarType type, long... shape) {
    if (beside.is_cuda()) {
      return torch.empty(
          shape,
          new TensorOptions()
              .dtype(new ScalarTypeOptional(type))
              .device(new DeviceOptional(beside.device())),
          new MemoryFormatOptional());
    }
    long count = Ops.count(shape);
    Map<ScalarType, Tensor> own = OWN.get();
    Tensor block = own.get(type.intern());
    if (block == null || block.numel() < count) {
      if (block != null) {
        Scope.free(block);
      }
      try (Scope scope = new Scope()) {
        block =
            scope.keep(
                torch.empty(
                    new long[] {count}, Compute.CPU.options(type), new MemoryFormatOptional()));
      }
      own.put(type.intern(), block);
    }
    return block.narrow(0, 0, count).view(shape);
  }
}

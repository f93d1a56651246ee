package dev.luthier.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.cuda.DeviceStats;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * The most memory that was in use at once since the process began, in bytes; 0 where nobody tells.
 *
 * @param process of this process in the machine's memory, mapped weights included (Linux)
 * @param device of tensors on the GPU
 */
public record PeakMemory(long process, long device) {
  private static final int HEAP_STEPS = 4; // 0, 10, 40, 100 % of what is free, by HotSpot

  /** Until now. */
  public static PeakMemory of(Compute compute) {
    return new PeakMemory(status("VmHWM"), compute.isCuda() ? onDevice(compute) : 0);
  }

  /** Bytes of tensors on the GPU now, and of the room that its libraries asked libtorch for. */
  public static long allocated(Compute compute) {
    try (Scope scope = new Scope();
        DeviceStats stats =
            torch_cuda.getAllocator().getDeviceStats(compute.torchDevice().index())) {
      return stats.allocated_bytes().current();
    }
  }

  /** Counts the most of the GPU's memory from now on. */
  public static void forget(Compute compute) {
    if (compute.isCuda()) {
      torch_cuda.getAllocator().resetPeakStats(compute.torchDevice().index());
    }
  }

  /** Bytes of this process in memory now; 0 where the system does not tell. */
  public static long resident() {
    return status("VmRSS");
  }

  /**
   * The same after both heaps gave back what is free in them: the Java heap, which shrinks in four
   * steps, and that of the C library, whose free pages would count as the process's until they are
   * used again.
   */
  public static long settled() {
    for (int i = 0; i < HEAP_STEPS; i++) {
      System.gc();
    }
    Pointer.trimMemory();
    return resident();
  }

  /** What a model's training took: the GPU's memory where it has one. */
  public long taken() {
    return device > 0 ? device : process;
  }

  private static long onDevice(Compute compute) {
    try (Scope scope = new Scope();
        DeviceStats stats =
            torch_cuda.getAllocator().getDeviceStats(compute.torchDevice().index())) {
      return stats.allocated_bytes().peak(); // the first of the kinds is their sum
    }
  }

  private static long status(String key) {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}

package dev.luthier.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Whether a model's blocks are computed in fused form: on a GPU they are, unless the property
 * {@code luthier.fused} is {@code off}; on a CPU only where it is {@code on}, since there the plain
 * form is as fast and takes its weights straight from the files.
 */
public final class Fusion {
  private static @Nullable Kernels onGpu;

  private Fusion() {}

  /** The kernels of a fused form, or none where the plain form is to be computed. */
  public static Optional<Kernels> on(Compute compute) {
    String wish = System.getProperty("luthier.fused", "");
    if (!compute.isCuda()) {
      return wish.equals("on") ? Optional.of(new PlainKernels()) : Optional.empty();
    }
    boolean typed =
        compute.dtype().intern() == ScalarType.BFloat16
            || compute.dtype().intern() == ScalarType.Float;
    return wish.equals("off") || !typed ? Optional.empty() : Optional.of(gpu(compute, wish));
  }

  private static synchronized Kernels gpu(Compute compute, String wish) {
    if (onGpu == null) {
      try (Scope scope = new Scope()) {
        torch.zeros(new long[] {1}, compute.options(ScalarType.Float)); // wakes the GPU
        onGpu =
            wish.equals("plain") ? new PlainKernels() : new CudaKernels(new CudaModule(source()));
      }
    }
    return onGpu;
  }

  private static String source() {
    try (InputStream in = Fusion.class.getResourceAsStream("fused.cu")) {
      if (in == null) {
        throw new IllegalStateException("fused.cu is not among the program's files");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.luthier.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Whether a model's blocks are computed in fused form: on a GPU they are, unless the property
 * {@code luthier.fused} is {@code off}; on a CPU only where it is {@code on}, since there the plain
 * form is as fast and takes its weights straight from the files.
 */
public final class Fusion {
  private static @Nullable CudaKernels onGpu;

  private Fusion() {}

  /** The kernels of a fused form, or none where the plain form is to be computed. */
  public static Optional<Kernels> on(Compute compute) {
    String wish = wish();
    if (!compute.isCuda()) {
      return wish.equals("on") ? Optional.of(new PlainKernels()) : Optional.empty();
    }
    if (wish.equals("off") || !typed(compute.dtype())) {
      return Optional.empty();
    }
    if (wish.equals("plain")) {
      return Optional.of(new PlainKernels());
    }
    try (Scope scope = new Scope()) {
      torch.zeros(new long[] {1}, compute.options(ScalarType.Float)); // wakes the GPU
      return Optional.of(gpu());
    }
  }

  /** What writes packed numbers into this tensor in one pass, if anything does. */
  public static Optional<Unpacker> unpacker(Tensor out) {
    boolean can = out.is_cuda() && typed(out.scalar_type()) && wish().isEmpty() && laid(out);
    return can ? Optional.of(gpu()) : Optional.empty();
  }

  /** What draws tokens from these scores in one launch, if anything does. */
  public static Optional<Drawing> drawing(Tensor scores) {
    boolean can = scores.is_cuda() && wish().isEmpty() && scores.is_contiguous();
    return can ? Optional.of(gpu().step()) : Optional.empty();
  }

  /** Whether it lies as the kernels write: rows of dense numbers, sixteen bytes at a time. */
  private static boolean laid(Tensor out) {
    boolean rows = out.is_contiguous() || (out.dim() == 2 && out.stride(1) == 1);
    return rows && out.data_ptr().address() % 16 == 0;
  }

  private static String wish() {
    return System.getProperty("luthier.fused", "");
  }

  private static boolean typed(ScalarType type) {
    return type.intern() == ScalarType.BFloat16 || type.intern() == ScalarType.Float;
  }

  private static synchronized CudaKernels gpu() {
    if (onGpu == null) {
      onGpu = new CudaKernels(new CudaModule(source("fused.cu") + source("step.cu")));
    }
    return onGpu;
  }

  private static String source(String name) {
    try (InputStream in = Fusion.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not among the program's files");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.luthier.tensor;

import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The tensor expressions that the Java binding spells badly. */
public final class Ops {
  static {
    Natives.load();
  }

  private Ops() {}

  /** A new (n) int64 tensor with these values on the device of {@code compute}. */
  public static Tensor longs(long[] values, Compute compute) {
    Tensor host = torch.tensor(values);
    return compute.isCuda() ? host.to(compute.torchDevice(), ScalarType.Long) : host;
  }

  /** A new (n) float32 tensor with these values on the device of {@code compute}. */
  public static Tensor floats(float[] values, Compute compute) {
    Tensor host = torch.tensor(values);
    return compute.isCuda() ? host.to(compute.torchDevice(), ScalarType.Float) : host;
  }

  /** Copies a tensor of any shape and real type into a Java array, in row-major order. */
  public static float[] toFloats(Tensor t) {
    Tensor host = onHost(t, ScalarType.Float);
    float[] out = new float[Math.toIntExact(host.numel())];
    if (out.length > 0) {
      new FloatPointer(host.data_ptr_float()).get(out);
    }
    return out;
  }

  /** Copies a tensor of any shape and integer type into a Java array, in row-major order. */
  public static long[] toLongs(Tensor t) {
    Tensor host = onHost(t, ScalarType.Long);
    long[] out = new long[Math.toIntExact(host.numel())];
    if (out.length > 0) {
      new LongPointer(host.data_ptr_long()).get(out);
    }
    return out;
  }

  /** A tensor in host memory, contiguous, of the given type and without gradient. */
  public static Tensor onHost(Tensor t, ScalarType type) {
    return t.detach().to(Compute.CPU.torchDevice(), type).contiguous();
  }

  /** Computes without recording. */
  public static <T> T without(Supplier<T> work) {
    try (AutoGradMode off = noGrad()) {
      return work.get();
    }
  }

  /** Zeros of a shape that are one zero in memory. */
  public static Tensor hollow(Compute compute, long... shape) {
    return torch.zeros(new long[] {1}, compute.options(compute.dtype())).expand(shape);
  }

  public static Scalar scalar(double value) {
    return new Scalar(value);
  }

  /** A scalar that keeps tensors of whole numbers whole. */
  public static Scalar whole(long value) {
    return new Scalar(value);
  }

  public static Tensor cat(long dim, Tensor... parts) {
    return parts.length == 1 ? parts[0] : torch.cat(new TensorVector(parts), dim);
  }

  /** The sizes of a tensor. */
  public static long[] shape(Tensor t) {
    long[] out = new long[(int) t.dim()];
    for (int i = 0; i < out.length; i++) {
      out[i] = t.size(i);
    }
    return out;
  }

  /** How many numbers a tensor of these sizes has. */
  public static long count(long... shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }

  /** Within the try block no gradient is recorded. */
  public static AutoGradMode noGrad() {
    return new AutoGradMode(false);
  }
}

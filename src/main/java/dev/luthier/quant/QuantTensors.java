package dev.luthier.quant;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Quantised weights as the tensors of files: what {@link QuantFiles} reads. */
public final class QuantTensors {
  private QuantTensors() {}

  /**
   * The tensors of a weight by their names. Those that it holds itself are views on it.
   *
   * <p>bitsandbytes has no layout for 8-bit blockwise weights in a model's files (its LLM.int8 is
   * another method), so theirs is our own in the same manner, marked {@code luthier__}.
   *
   * @param name X.weight
   * @throws IllegalArgumentException if it is no matrix of this package
   */
  public static Map<String, Tensor> of(String name, Packed packed) {
    if (packed instanceof FourBitMatrix matrix) {
      return fourBit(name, matrix);
    }
    if (packed instanceof EightBitMatrix matrix) {
      return eightBit(name, matrix);
    }
    throw new IllegalArgumentException(name + " is kept as " + packed + ", not as files hold it");
  }

  private static Map<String, Tensor> fourBit(String name, FourBitMatrix matrix) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    Code code = matrix.kind().code();
    OptionalDouble offset = OptionalDouble.empty();
    out.put(name, matrix.packed().view(-1, 1));
    if (matrix.scales() instanceof Scales.Double doubled) {
      offset = OptionalDouble.of(doubled.offset());
      out.put(name + QuantEntry.ABSMAX, doubled.distances().bytes());
      out.put(name + QuantEntry.NESTED_ABSMAX, doubled.distances().absmax());
      out.put(name + QuantEntry.NESTED_MAP, Ops.floats(DynamicMap.SIGNED.numbers(), Compute.CPU));
    } else {
      out.put(name + QuantEntry.ABSMAX, matrix.scales().absmax());
    }
    out.put(name + QuantEntry.MAP, Ops.floats(code.numbers(), Compute.CPU));
    QuantState state =
        new QuantState(
            code.spelling(), matrix.kind().block(), matrix.dtype(), matrix.shape(), offset);
    out.put(name + QuantFiles.BITSANDBYTES + code.spelling(), bytes(state.json()));
    return out;
  }

  private static Map<String, Tensor> eightBit(String name, EightBitMatrix matrix) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    out.put(name, matrix.held().bytes().view(matrix.shape()));
    out.put(name + QuantEntry.ABSMAX, matrix.held().absmax());
    out.put(name + QuantEntry.MAP, Ops.floats(DynamicMap.SIGNED.numbers(), Compute.CPU));
    QuantState state =
        new QuantState(
            QuantState.INT8,
            matrix.kind().block(),
            matrix.dtype(),
            matrix.shape(),
            OptionalDouble.empty());
    out.put(name + QuantFiles.OURS + QuantState.INT8, bytes(state.json()));
    return out;
  }

  private static Tensor bytes(byte[] json) {
    long[] values = new long[json.length];
    for (int i = 0; i < json.length; i++) {
      values[i] = Byte.toUnsignedLong(json[i]);
    }
    return Ops.longs(values, Compute.CPU).to(ScalarType.Byte);
  }
}

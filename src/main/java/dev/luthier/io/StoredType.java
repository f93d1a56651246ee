package dev.luthier.io;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The element types of the safetensors format that Luthier reads and writes, in the order in which
 * the reference implementation sorts them (ascending size).
 */
enum StoredType {
  BOOL(ScalarType.Bool, 1),
  U8(ScalarType.Byte, 1),
  I8(ScalarType.Char, 1),
  I16(ScalarType.Short, 2),
  F16(ScalarType.Half, 2),
  BF16(ScalarType.BFloat16, 2),
  I32(ScalarType.Int, 4),
  F32(ScalarType.Float, 4),
  F64(ScalarType.Double, 8),
  I64(ScalarType.Long, 8);

  final ScalarType scalar;

  /** Bytes of one element. */
  final int size;

  StoredType(ScalarType scalar, int size) {
    this.scalar = scalar;
    this.size = size;
  }

  static Optional<StoredType> named(String name) {
    return Arrays.stream(values()).filter(t -> t.name().equals(name)).findFirst();
  }

  static StoredType of(Tensor tensor) {
    ScalarType scalar = tensor.scalar_type().intern();
    return Arrays.stream(values())
        .filter(t -> t.scalar == scalar)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no safetensors type for a tensor of " + scalar));
  }

  static String names() {
    return Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(" "));
  }
}

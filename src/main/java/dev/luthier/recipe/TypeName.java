package dev.luthier.recipe;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What people call a tensor's type. */
final class TypeName {
  private TypeName() {}

  /** float32 for Float, bfloat16 for BFloat16 ... */
  static String of(ScalarType type) {
    return switch (type.intern()) {
      case Double -> "float64";
      case Float -> "float32";
      case Half -> "float16";
      default -> type.toString().toLowerCase(Locale.ROOT);
    };
  }
}

package dev.luthier.recipe;

import dev.luthier.error.UserError;
import java.util.Locale;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What people call a tensor's type. */
public final class TypeName {
  private TypeName() {}

  /**
   * The type of numbers that a user names.
   *
   * @throws UserError if it is not one that adapters are stored in
   */
  public static ScalarType read(String name) {
    return read("--type", name);
  }

  /** The same for another option. */
  public static ScalarType read(String option, String name) {
    return Stream.of(ScalarType.Float, ScalarType.BFloat16, ScalarType.Half)
        .filter(type -> of(type).equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "%s must be float32, bfloat16 or float16, was %s".formatted(option, name)));
  }

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

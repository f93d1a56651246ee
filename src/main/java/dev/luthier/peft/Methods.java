package dev.luthier.peft;

import dev.luthier.error.UserError;
import java.util.List;
import java.util.stream.Collectors;

/** The methods that PEFT has too, by the names of its files. */
final class Methods {
  private static final List<Format<?>> FORMATS =
      List.of(
          LoraFormat.IT,
          AdaloraFormat.IT,
          VeraFormat.IT,
          Ia3Format.IT,
          LnTuningFormat.IT,
          PromptFormats.PROMPT,
          PromptFormats.PREFIX,
          PromptFormats.P_TUNING,
          PromptFormats.MULTITASK,
          LlamaAdapterFormat.IT,
          HyperFormat.IT,
          DeltaFormat.BITFIT,
          DeltaFormat.UNFREEZE,
          DeltaFormat.SPARSE,
          DeltaFormat.LT_SFT,
          DeltaFormat.DIFF_PRUNING);

  private Methods() {}

  /** The format of a file that names this peft_type. */
  static Format<?> named(String type) {
    return FORMATS.stream()
        .filter(f -> f.type().equals(type))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "peft_type %s is not built; known are %s"
                        .formatted(
                            type,
                            FORMATS.stream().map(Format::type).collect(Collectors.joining(", ")))));
  }

  /** The format of a method, with which it is written. */
  static Format<?> of(Peft peft) {
    return FORMATS.stream()
        .filter(f -> f.method().isInstance(peft))
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException(name(peft) + " has no adapter in PEFT's format"));
  }

  /** A method's name as recipes have it. */
  static String name(Peft peft) {
    return peft.getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_")
        .toLowerCase(java.util.Locale.ROOT);
  }
}

package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * The encoder that computes an adapter's virtual tokens, in a file beside PEFT's two, since PEFT
 * saves only what the encoder gave. PEFT does not look at it.
 */
final class EncoderFile {
  static final String NAME = "prompt_encoder.safetensors";

  private EncoderFile() {}

  static boolean isIn(Path dir) {
    return Files.exists(dir.resolve(NAME));
  }

  /** Writes it, or removes what an earlier adapter left there. */
  static void save(Adapted<?> adapted, Path dir) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    adapted.encoder().forEach(e -> tensors.put(e.name(), AdapterFiles.onHost(e.value().get())));
    try {
      if (tensors.isEmpty()) {
        Files.deleteIfExists(dir.resolve(NAME));
      } else {
        SafetensorsWriter.write(dir.resolve(NAME), tensors, SafetensorsWriter.PYTORCH);
      }
    } catch (IOException e) {
      throw new UserError("cannot remove " + dir.resolve(NAME) + ": " + UserError.reason(e), e);
    }
  }

  /**
   * Fills the encoder, or notes that there is none.
   *
   * @throws UserError if tensors are missing, of another shape, or give other virtual tokens than
   *     the adapter's own file has
   */
  static void fill(Adapted<?> adapted, Path dir, Safetensors given, List<String> notes) {
    if (adapted.encoder().isEmpty()) {
      if (adapted.peft().encoded()) {
        notes.add(
            "%s has no %s, which PEFT does not write: the virtual tokens themselves are used, and learn in further training"
                .formatted(dir, NAME));
      }
      return;
    }
    Path file = dir.resolve(NAME);
    try (Safetensors saved = Safetensors.open(file);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      fill(adapted, saved, file);
      check(adapted, file, given);
    }
  }

  private static void fill(Adapted<?> adapted, Safetensors saved, Path file) {
    for (Entry entry : adapted.encoder()) {
      Safetensors.Info info = saved.infos().get(entry.name());
      if (info == null || !Arrays.equals(info.shape(), Ops.shape(entry.value().get()))) {
        throw new UserError(
            "%s: %s must have shape %s, %s; remove the file to use the adapter without its encoder"
                .formatted(
                    file,
                    entry.name(),
                    Arrays.toString(Ops.shape(entry.value().get())),
                    info == null ? "is missing" : "has " + Arrays.toString(info.shape())));
      }
      entry.fill().accept(saved.tensor(entry.name()));
    }
  }

  private static void check(Adapted<?> adapted, Path file, Safetensors given) {
    List<Entry> computed =
        adapted.saved().stream().filter(e -> given.infos().containsKey(e.name())).toList();
    for (Entry entry : computed) {
      Tensor ours = entry.value().get();
      if (!ours.allclose(given.tensor(entry.name()).to(ours), 1e-3, 1e-4, false)) {
        throw new UserError(
            "%s gives other %s than %s holds; remove it to use those of the adapter"
                .formatted(file, entry.name(), "adapter_model.safetensors"));
      }
    }
  }
}

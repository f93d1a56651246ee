package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * The encoder that computes an adapter's virtual tokens, in a file beside PEFT's two, since PEFT
 * saves only what the encoder gave. PEFT does not look at it.
 *
 * @param saved what the adapter's own file holds
 * @param encoder what this one holds
 */
record EncoderFile(Path dir, Peft peft, List<Entry> saved, List<Entry> encoder) {
  static final String NAME = "prompt_encoder.safetensors";

  static boolean isIn(Path dir) {
    return Files.exists(dir.resolve(NAME));
  }

  /** Writes it, or removes what an earlier adapter left there. */
  static void save(List<Entry> encoder, Path dir) {
    try {
      if (encoder.isEmpty()) {
        Files.deleteIfExists(dir.resolve(NAME));
      } else {
        Entry.write(dir.resolve(NAME), encoder);
      }
    } catch (IOException e) {
      throw new UserError("cannot remove " + dir.resolve(NAME) + ": " + UserError.reason(e), e);
    }
  }

  /**
   * Fills the encoder, or notes that there is none.
   *
   * @param given the adapter's own file
   * @throws UserError if tensors are missing, of another shape, or give other virtual tokens than
   *     the adapter's own file has
   */
  void fill(Safetensors given, List<String> notes) {
    if (encoder.isEmpty()) {
      if (peft.encoded()) {
        notes.add(
            "%s has no %s, which PEFT does not write: the virtual tokens themselves are used, and learn in further training"
                .formatted(dir, NAME));
      }
      return;
    }
    Path file = dir.resolve(NAME);
    try (Safetensors held = Safetensors.open(file);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      encoder.forEach(entry -> fill(entry, held, file));
      check(file, given);
    }
  }

  private static void fill(Entry entry, Safetensors held, Path file) {
    Safetensors.Info info = held.infos().get(entry.name());
    if (info == null || !Arrays.equals(info.shape(), Ops.shape(entry.value().get()))) {
      throw new UserError(
          "%s: %s must have shape %s, %s; remove the file to use the adapter without its encoder"
              .formatted(
                  file,
                  entry.name(),
                  Arrays.toString(Ops.shape(entry.value().get())),
                  info == null ? "is missing" : "has " + Arrays.toString(info.shape())));
    }
    entry.fill().accept(held.tensor(entry.name()));
  }

  private void check(Path file, Safetensors given) {
    for (Entry entry : saved) {
      if (given.infos().containsKey(entry.name())) {
        Tensor ours = entry.value().get();
        Tensor theirs = given.tensor(entry.name());
        double within = theirs.element_size() < Float.BYTES ? 1e-2 : 1e-3; // of their type
        if (!ours.allclose(theirs.to(ours), within, within / 10, false)) {
          throw new UserError(
              "%s gives other %s than %s holds; remove it to use those of the adapter"
                  .formatted(file, entry.name(), AdapterFiles.WEIGHTS));
        }
      }
    }
  }
}

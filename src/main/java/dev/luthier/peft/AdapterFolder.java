package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one method while it is read, whose file is opened once.
 *
 * @param saved the tensors of PEFT's file; none in AdapterHub's folders, of which {@link
 *     HubTensors} reads several files
 */
record AdapterFolder(Path dir, AdapterConfig config, @Nullable Safetensors saved)
    implements AutoCloseable {
  /**
   * @throws UserError if its tensors are not there, or cannot have such ranks
   */
  static AdapterFolder open(Path dir, AdapterConfig config) {
    if (HubFolder.is(dir)) {
      return new AdapterFolder(dir, config, null); // looked at when the model is there
    }
    Path file = dir.resolve(AdapterFiles.WEIGHTS);
    if (!Files.exists(file)) {
      throw new UserError(
          Files.exists(dir.resolve("adapter_model.bin"))
              ? dir
                  + " holds only adapter_model.bin, a pickle, which is refused because reading it"
                  + " runs code; save it with safetensors"
              : dir + " has no " + AdapterFiles.WEIGHTS);
    }
    Safetensors saved = Safetensors.open(file);
    try {
      refuseSizes(config.peft(), saved, file);
    } catch (UserError e) {
      saved.close();
      throw e;
    }
    return new AdapterFolder(dir, config, saved);
  }

  /** A size that no tensor of the file has is refused before there is room made for it. */
  private static void refuseSizes(Peft peft, Safetensors saved, Path file) {
    if (peft.encoded()) {
      return; // an encoder's sizes are in no tensor of this file
    }
    long most =
        saved.infos().values().stream()
            .flatMapToLong(info -> Arrays.stream(info.shape()))
            .max()
            .orElse(0);
    if (peft.widest() > most) {
      throw new UserError(
          "%s has no tensor of rank or length %d, which adapter_config.json asks for"
              .formatted(file, peft.widest()));
    }
  }

  /**
   * Fills what the method put on a model.
   *
   * @param entries of the adapter's own file
   * @param encoder what those are computed from, where PEFT drops it
   * @param notes what is to be told is added to these
   * @throws UserError if a tensor is missing, of another shape, or without a place
   */
  void fill(Adapted<?> adapted, List<Entry> entries, List<Entry> encoder, List<String> notes) {
    notes.addAll(config.notes());
    if (saved == null) {
      HubTensors.fill(adapted, entries, dir, notes);
      return;
    }
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      new FileCheck(adapted, entries, saved, dir.resolve(AdapterFiles.WEIGHTS), notes).run();
      for (Entry entry : entries) {
        if (saved.infos().containsKey(entry.name())) { // else the check has let it pass
          entry.fill().accept(saved.tensor(entry.name()));
        }
      }
    }
    new EncoderFile(dir, config.peft(), entries, encoder).fill(saved, notes);
  }

  @Override
  public void close() {
    if (saved != null) {
      saved.close();
    }
  }
}

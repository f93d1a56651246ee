package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * LoRA that began in the base's weights, as PEFT saves it where nothing told it to convert: the
 * file holds A and B, and the base lacks s B0 A0, which is a function of its weights (PiSSA: their
 * principal singular vectors; OLoRA: the first of their QR). PEFT computes it again when it reads
 * such a file, and so does this.
 */
final class Unconverted {
  private Unconverted() {}

  /** What the folder says, in which {@code init_lora_weights} may be pissa or olora. */
  static AdapterConfig config(Path dir) {
    return AdapterConfig.read(
        dir, type -> type.equals("LORA") ? LoraFormat.FROM_BASE : Methods.named(type));
  }

  static boolean is(AdapterConfig config) {
    return config.peft() instanceof Lora lora && lora.start().takenOff();
  }

  /**
   * Puts it on the model whose weights it began in.
   *
   * @throws UserError as {@link AdapterFiles#load}
   */
  static <M extends Model> AdapterFiles.Loaded<M> load(M model, AdapterConfig config, Path dir) {
    List<String> notes = new ArrayList<>(config.notes());
    Adapted<M> adapted = AdapterFiles.attach(model, config.peft(), dir);
    try {
      List<Entry> entries = new ArrayList<>();
      for (Change<?> change : adapted.changes()) {
        if (change.with() instanceof LoraMaps.LowRank map) {
          map.trainable().forEach(p -> entries.add(Entry.of(p)));
        }
      }
      entries.addAll(Wholes.entries(adapted));
      AdapterFiles.fill(adapted, entries, dir, notes);
    } catch (UserError e) {
      adapted.close();
      throw e;
    }
    return new AdapterFiles.Loaded<>(adapted, notes);
  }
}

package dev.luthier.peft;

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
   * @throws dev.luthier.error.UserError as {@link AdapterFiles#load}
   */
  static <M extends Model> AdapterFiles.Loaded<M> load(M model, AdapterConfig config, Path dir) {
    return AdapterFiles.load(model, config, dir, Unconverted::entries);
  }

  /** A and B as they are in memory: what is written would have the start in them. */
  private static List<Entry> entries(Adapted<?> adapted) {
    List<Entry> out = new ArrayList<>();
    for (Change<?> change : adapted.changes()) {
      if (change.with() instanceof LoraMaps.LowRank map) {
        map.trainable().forEach(p -> out.add(Entry.of(p)));
      }
    }
    out.addAll(Wholes.entries(adapted));
    return out;
  }
}

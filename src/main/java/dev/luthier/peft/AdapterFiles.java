package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Adapter folders in PEFT's format, adapter_config.json and adapter_model.safetensors, or in
 * AdapterHub's ({@link HubFolder}).
 */
public final class AdapterFiles {
  static final String WEIGHTS = "adapter_model.safetensors";

  private AdapterFiles() {}

  /** Writes the adapter of a model into a folder that exists. */
  public static void save(Adapted<?> adapted, Path dir, String base) {
    if (adapted.written() instanceof Together several) {
      TogetherFiles.save(adapted, several, dir, base);
      return;
    }
    Model model = adapted.model();
    if (HubFolder.keeps(adapted.peft())) {
      HubFiles.of(adapted).save(dir, base);
      return;
    }
    write(
        dir,
        AdapterConfig.write(model, adapted.written(), adapted.save(), true, base),
        adapted.saved(),
        adapted.attachment().encoder());
  }

  /**
   * @param entries of the adapter's file
   * @param encoder what those are computed from, where PEFT drops it
   */
  static void write(Path dir, String config, List<Entry> entries, List<Entry> encoder) {
    Entry.write(dir.resolve(WEIGHTS), entries);
    EncoderFile.save(encoder, dir);
    AtomicFile.write(dir.resolve("adapter_config.json"), config.getBytes(StandardCharsets.UTF_8));
  }

  /** The library whose files a method is written in, as model hubs call it. */
  public static String library(Peft peft) {
    return HubFolder.keeps(peft) ? "adapter-transformers" : "peft";
  }

  /**
   * An adapter and what was noted while reading it.
   *
   * @param notes one line each
   */
  public record Loaded<M extends Model>(Adapted<M> adapted, List<String> notes) {}

  /**
   * Puts a saved adapter on a model.
   *
   * @throws UserError if a file is broken, or the adapter is for another model: a tensor missing,
   *     of another shape, or without a place
   */
  public static <M extends Model> Loaded<M> load(M model, Path dir) {
    if (TogetherFiles.are(dir)) {
      return TogetherFiles.load(model, dir);
    }
    return load(model, AdapterConfig.read(dir), dir, Adapted::saved);
  }

  /**
   * @param entries what the file holds of what is on the model
   */
  static <M extends Model> Loaded<M> load(
      M model, AdapterConfig config, Path dir, Function<Adapted<M>, List<Entry>> entries) {
    try (AdapterFolder folder = AdapterFolder.open(dir, config)) {
      Adapted<M> adapted = attach(model, config.peft(), dir, folder.saved());
      return filled(
          adapted,
          notes ->
              folder.fill(adapted, entries.apply(adapted), adapted.attachment().encoder(), notes));
    }
  }

  /**
   * Fills a method that was put on a model anew with what a folder has, so that training goes on
   * from there.
   *
   * @param notes hears what was noted while reading, one line each
   * @return the same
   * @throws UserError if the folder's adapter is another method or has other settings, or is for
   *     another model; the method is taken off then
   */
  public static <M extends Model> Adapted<M> begun(
      Adapted<M> fresh, Path dir, Consumer<String> notes) {
    Loaded<M> out = filled(fresh, noted -> BegunFrom.of(dir).fill(fresh, noted));
    out.notes().forEach(notes);
    return out.adapted();
  }

  /** Takes an adapter off again if it cannot be filled. */
  static <M extends Model> Loaded<M> filled(Adapted<M> adapted, Consumer<List<String>> fill) {
    List<String> notes = new ArrayList<>();
    try {
      fill.accept(notes);
    } catch (UserError e) {
      adapted.close();
      throw e;
    }
    return new Loaded<>(adapted, notes);
  }

  /** The adapter folders in a folder: several methods at once, or adapters, have one each. */
  public static List<Path> folders(Path dir) {
    return TogetherFiles.are(dir) ? TogetherFiles.folders(dir) : HubFolder.folders(dir);
  }

  /**
   * @param saved the file of the one method; none where several have theirs in folders
   */
  static <M extends Model> Adapted<M> attach(
      M model, Peft peft, Path dir, @Nullable Safetensors saved) {
    folders(dir).forEach(folder -> HubTensors.check(model, folder));
    try {
      return Adapted.attach(model, peft, List.of(), Beginning.saved(saved, p -> bare(p, dir)));
    } catch (UserError e) {
      throw new UserError(dir + " is an adapter for another model: " + e.getMessage(), e);
    }
  }

  /** Whether a method's encoder is not in its folder; several methods at once have one each. */
  private static boolean bare(Peft peft, Path dir) {
    return !EncoderFile.isIn(TogetherFiles.are(dir) ? dir.resolve(Methods.name(peft)) : dir);
  }
}

package dev.luthier.peft;

import dev.luthier.error.UserError;
import dev.luthier.io.Retyped;
import dev.luthier.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The forms that a saved adapter can be written in. Each computes what the adapter computes. */
public enum Conversion {
  /** A plain LoRA in PEFT's files, with one rank and one scale for all places. */
  LORA(PlainLora::write),
  /** The method as it is, in PEFT's files. */
  PEFT(Conversion::peft),
  /** The method as it is, in AdapterHub's files. */
  ADAPTERHUB(HubKin::write),
  /** Neither another method nor other files. */
  SAME(AdapterFiles::save);

  private interface Form {
    void write(Adapted<?> adapted, Path dir, String base);
  }

  private final Form form;

  Conversion(Form form) {
    this.form = form;
  }

  /**
   * Writes what is on a model into a folder that exists.
   *
   * @throws UserError if this form does not hold it exactly
   */
  public void write(Adapted<?> adapted, Path dir, String base) {
    form.write(adapted, dir, base);
  }

  private static void peft(Adapted<?> adapted, Path dir, String base) {
    if (HubFolder.keeps(adapted.peft())) {
      throw new UserError(
          "PEFT has no %s; it can only be copied, with --to same, perhaps in another --type"
              .formatted(Methods.name(adapted.peft())));
    }
    AdapterFiles.save(adapted, dir, base);
  }

  /**
   * Puts a saved adapter on a model: what {@link AdapterFiles#load} reads, and what has to be
   * converted before that can.
   *
   * @throws UserError as {@link AdapterFiles#load}
   */
  public static <M extends Model> AdapterFiles.Loaded<M> load(M model, Path dir) {
    if (HubKin.is(dir)) {
      return HubKin.load(model, dir);
    }
    if (!TogetherFiles.are(dir)) {
      AdapterConfig config = Unconverted.config(dir);
      if (Unconverted.is(config)) {
        return Unconverted.load(model, config, dir);
      }
    }
    return AdapterFiles.load(model, dir);
  }

  /**
   * Stores what lies in an adapter's folder, or in those below it, in another type. The encoder of
   * virtual tokens stays, since further training goes on from it.
   */
  public static void store(Path folder, ScalarType type) {
    try (Stream<Path> all = Files.walk(folder)) {
      all.filter(Files::isRegularFile)
          .filter(file -> file.toString().endsWith(".safetensors"))
          .filter(file -> !file.endsWith(EncoderFile.NAME))
          .toList()
          .forEach(file -> Retyped.write(file, type));
    } catch (IOException e) {
      throw new UserError("cannot read " + folder + ": " + UserError.reason(e), e);
    }
  }

  /** The model that an adapter names as its base, or nothing. */
  public static String base(Path dir) {
    if (TogetherFiles.are(dir) || HubFolder.is(dir)) {
      return HubKin.is(dir)
          ? HubConfig.base(HubConfig.json(dir.resolve(HubConfig.FILE)))
          : AdapterConfig.read(AdapterFiles.folders(dir).get(0)).base();
    }
    return Unconverted.config(dir).base();
  }

  /** The name as it is typed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

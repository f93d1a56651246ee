package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.WeightFiles;
import dev.luthier.peft.AdapterConfig;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.peft.Composition;
import dev.luthier.tensor.Ops;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What can be done with a saved adapter beside using it. */
public final class AdapterFolders {
  private AdapterFolders() {}

  /** Prints the adapter's method, settings, tensors and size. */
  public static void info(Path adapter, PrintWriter out) {
    AdapterFiles.folders(adapter).forEach(folder -> infoOf(folder, out));
    KnownTasks.read(adapter).names().forEach(name -> line(out, "task", name));
    out.flush();
  }

  private static void infoOf(Path adapter, PrintWriter out) {
    AdapterConfig config = AdapterConfig.read(adapter);
    try (Safetensors file = WeightFiles.adapter(adapter)) {
      line(out, "method", Schema.name(config.peft()));
      line(out, "base", config.base().isEmpty() ? "(not named)" : config.base());
      Unbinder.record((Record) config.peft())
          .forEach((key, value) -> line(out, key, value.toString()));
      config.notes().forEach(note -> line(out, "note", note));
      line(out, "weights", "%,d in %d tensors".formatted(values(file), file.infos().size()));
      file.infos()
          .values()
          .forEach(
              i ->
                  out.printf(
                      "  %s %s %s%n",
                      i.name(), Arrays.toString(i.shape()), TypeName.of(i.dtype())));
    }
  }

  private static void line(PrintWriter out, String name, String value) {
    out.printf("%-16s%s%n", name, value);
  }

  /** Prints a line for each adapter folder below a folder. */
  public static void list(Path root, PrintWriter out) {
    List<Path> found = below(root);
    if (found.isEmpty()) {
      throw new UserError("no folder below " + root + " has an adapter_config.json");
    }
    for (Path dir : found) {
      String what;
      try (Safetensors file = WeightFiles.adapter(dir)) {
        AdapterConfig config = AdapterConfig.read(dir);
        what =
            "%s, %,d weights, for %s"
                .formatted(
                    Schema.name(config.peft()),
                    values(file),
                    config.base().isEmpty() ? "(no base named)" : config.base());
      } catch (UserError e) {
        what = e.getMessage();
      }
      out.printf("%s  %s%n", dir, what);
    }
    out.flush();
  }

  private static List<Path> below(Path root) {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(p -> p.endsWith("adapter_config.json"))
          .map(Path::getParent)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UserError("cannot read " + root + ": " + UserError.reason(e), e);
    }
  }

  private static long values(Safetensors file) {
    return file.infos().values().stream()
        .filter(i -> i.dtype() != ScalarType.Int && i.dtype() != ScalarType.Long) // places
        .mapToLong(i -> Ops.count(i.shape()))
        .sum();
  }

  /**
   * Writes one LoRA adapter made of several.
   *
   * @throws UserError if the target folder holds something, or the adapters do not fit together
   */
  public static void compose(
      List<Path> adapters, Composition composition, Path into, PrintWriter out) {
    refuseFull(into);
    composition.write(adapters, into);
    out.printf("saved     %s (%s of %d adapters)%n", into, composition.how(), adapters.size());
    out.flush();
  }

  static void refuseFull(Path into) {
    if (!Files.exists(into)) {
      return;
    }
    try (Stream<Path> entries = Files.list(into)) {
      if (entries.findAny().isPresent()) {
        throw new UserError(into + " is not empty; choose another folder");
      }
    } catch (IOException e) {
      throw new UserError("cannot read " + into + ": " + UserError.reason(e), e);
    }
  }
}

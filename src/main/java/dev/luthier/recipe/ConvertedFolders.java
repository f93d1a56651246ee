package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.io.WeightFiles;
import dev.luthier.model.Model;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.peft.Conversion;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Saved adapters in other forms, measured on the model that they are for. */
public final class ConvertedFolders {
  private ConvertedFolders() {}

  /**
   * Writes an adapter in another form, which computes the same, and tells how far the logits of a
   * few tokens differ.
   *
   * @param base the model that the adapter is for; unset, the one that it names
   * @param type of the numbers on disk; unset, float32, or where all else stays, what they are
   * @throws UserError if the form does not hold the adapter exactly; nothing is written then
   */
  public static void convert(
      Path adapter,
      Path into,
      Conversion to,
      Optional<Path> base,
      Optional<ScalarType> type,
      PrintWriter out) {
    AdapterFolders.refuseFull(into);
    refuseModel(adapter);
    if (to == Conversion.SAME) {
      AdapterFiles.folders(adapter).forEach(folder -> WeightFiles.adapter(folder).close());
      AtomicDirectory.write(
          into,
          dir -> {
            copy(adapter, dir);
            type.ifPresent(t -> Conversion.store(dir, t));
          });
    } else {
      try (Model model = AdapterBase.load(folder(adapter, base), adapter, Compute.CPU);
          Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        convert(model, adapter, into, to, type, out);
      }
    }
    out.printf("saved     %s (%s)%n", into, to);
    out.flush();
  }

  private static void convert(
      Model model,
      Path adapter,
      Path into,
      Conversion to,
      Optional<ScalarType> type,
      PrintWriter out) {
    AdapterFiles.Loaded<Model> from = Conversion.load(model, adapter);
    from.notes().forEach(out::println);
    Tensor before = AdapterBase.sample(model);
    AtomicDirectory.write(
        into,
        dir -> {
          to.write(from.adapted(), dir, Conversion.base(adapter));
          companions(adapter, dir);
          type.ifPresent(t -> Conversion.store(dir, t));
        });
    from.adapted().close();
    AdapterFiles.Loaded<Model> again = Conversion.load(model, into);
    double apart = AdapterBase.sample(model).sub(before).abs().max().item_double();
    again.adapted().close();
    out.printf(
        "logits differ by at most %.2e%s%n",
        apart, type.map(t -> ", stored as " + TypeName.of(t)).orElse(""));
  }

  private static void refuseModel(Path adapter) {
    if (!Files.exists(adapter.resolve("adapter_config.json"))
        && Files.exists(adapter.resolve("config.json"))
        && Stream.of("adapter_setup.json", "together.json")
            .noneMatch(name -> Files.exists(adapter.resolve(name)))) {
      throw new UserError(
          "%s is a whole model; an adapter of what it changes in its base is made by: ./luthier adapter diff BASE %s --into FOLDER"
              .formatted(adapter, adapter));
    }
  }

  private static Path folder(Path adapter, Optional<Path> given) {
    String named = Conversion.base(adapter);
    Path folder = given.orElse(ModelPlace.folder(Path.of(named)));
    if (!Files.exists(folder.resolve("config.json"))) {
      throw new UserError(
          given.isPresent()
              ? folder + " is no model folder"
              : "%s is for the model \"%s\", which is not here; say where it is with --model"
                  .formatted(adapter, named));
    }
    return folder;
  }

  /** What commands know of an adapter beside its files: labels, tasks, and how it is asked. */
  private static void companions(Path adapter, Path into) {
    Stream.of("config.json", KnownTasks.FILE, RankFile.NAME)
        .filter(name -> Files.exists(adapter.resolve(name)))
        .forEach(name -> copyFile(adapter.resolve(name), into.resolve(name)));
  }

  private static void copy(Path from, Path into) {
    try (Stream<Path> all = Files.walk(from)) {
      all.filter(Files::isRegularFile)
          .forEach(file -> copyFile(file, into.resolve(from.relativize(file).toString())));
    } catch (IOException e) {
      throw new UserError("cannot read " + from + ": " + UserError.reason(e), e);
    }
  }

  private static void copyFile(Path from, Path to) {
    try {
      Files.createDirectories(to.getParent());
      Files.copy(from, to);
    } catch (IOException e) {
      throw new UserError("cannot copy %s: %s".formatted(from, UserError.reason(e)), e);
    }
  }
}

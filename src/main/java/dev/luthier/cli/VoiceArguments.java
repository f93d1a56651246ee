package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.Quantize;
import dev.luthier.recipe.Voices;
import dev.luthier.recipe.Writer.Voice;
import dev.luthier.tensor.Compute;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A model, perhaps with an adapter, or several by their names. */
final class VoiceArguments {
  private static final Pattern NAMED = Pattern.compile("[A-Za-z0-9_-]+=.+");

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "The model's folder, or ORG/NAME[@REV] of the hub.")
  private Path model = Path.of("");

  @Option(
      names = "--adapter",
      paramLabel = "[NAME=]DIR",
      description =
          "An adapter for the model: its folder, or ORG/NAME[@REV]. Several with names: NAME=DIR"
              + " (generate only).")
  private List<String> adapters = new ArrayList<>();

  @Option(
      names = "--task",
      paramLabel = "NAME",
      description = "The task to answer for, where the adapter tells tasks apart.")
  private Optional<String> task = Optional.empty();

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "auto, cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).",
      defaultValue = "auto")
  private String device = "auto";

  @Option(
      names = "--quantize",
      paramLabel = "FORM",
      description =
          "Keep linear layers in fewer bits: none, nf4, fp4 or int8, or with settings as a recipe's"
              + " model.quantize has them (default: ${DEFAULT-VALUE}).",
      defaultValue = "none")
  private String quantize = "none";

  /**
   * @param err hears of models that are fetched
   */
  Voice voice(PrintWriter err) {
    if (adapters.size() > 1 || named()) {
      throw new UserError(
          "one adapter without a name is what is asked for here: --adapter DIR; several with names"
              + " are for generate");
    }
    return new Voice(
        Screen.folder(model, err),
        adapters.stream().findFirst().map(dir -> Screen.folder(Path.of(dir), err)),
        task,
        device,
        Quantize.read(quantize));
  }

  /** Whether adapters have names. */
  boolean named() {
    return adapters.stream().anyMatch(VoiceArguments::isNamed);
  }

  private static boolean isNamed(String adapter) {
    return NAMED.matcher(adapter).matches() && !Files.exists(Path.of(adapter));
  }

  /**
   * A model with adapters by their names.
   *
   * @throws UserError if one has no name, or two have one
   */
  Voices voices(PrintWriter err) {
    if (task.isPresent()) {
      throw new UserError("--task is for one adapter without a name; leave it out");
    }
    Map<String, Path> folders = new LinkedHashMap<>();
    for (String adapter : adapters) {
      String name = name(adapter);
      Path folder = Screen.folder(Path.of(adapter.substring(name.length() + 1)), err);
      if (folders.put(name, folder) != null) {
        throw new UserError("there are two adapters " + name + "; choose another name");
      }
    }
    return Voices.open(
        Screen.folder(model, err), folders, Quantize.read(quantize).on(Compute.of(device)));
  }

  /** The names, in the order in which they were given. */
  List<String> names() {
    return adapters.stream().map(VoiceArguments::name).toList();
  }

  private static String name(String adapter) {
    if (!isNamed(adapter)) {
      throw new UserError(
          "adapter %s has no name; write --adapter NAME=%s".formatted(adapter, adapter));
    }
    return adapter.substring(0, adapter.indexOf('='));
  }
}

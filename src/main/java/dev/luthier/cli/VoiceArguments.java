package dev.luthier.cli;

import dev.luthier.recipe.Writer.Voice;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A model, perhaps with an adapter. */
final class VoiceArguments {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "The model's folder, or ORG/NAME[@REV] of the hub.")
  private Path model = Path.of("");

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "An adapter for the model: its folder, or ORG/NAME[@REV].")
  private Optional<Path> adapter = Optional.empty();

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

  /**
   * @param err hears of models that are fetched
   */
  Voice voice(PrintWriter err) {
    return new Voice(
        Screen.folder(model, err), adapter.map(dir -> Screen.folder(dir, err)), task, device);
  }
}

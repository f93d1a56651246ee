package dev.luthier.cli;

import dev.luthier.recipe.Writer.Voice;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A model, perhaps with an adapter. */
final class VoiceArguments {
  @Parameters(index = "0", paramLabel = "MODEL", description = "The model's folder.")
  private Path model = Path.of("");

  @Option(names = "--adapter", paramLabel = "DIR", description = "An adapter for the model.")
  private Optional<Path> adapter = Optional.empty();

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "auto, cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).",
      defaultValue = "auto")
  private String device = "auto";

  Voice voice() {
    return new Voice(model, adapter, device);
  }
}

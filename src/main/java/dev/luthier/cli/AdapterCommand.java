package dev.luthier.cli;

import dev.luthier.recipe.AdapterFolders;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier adapter info|merge}. */
@Command(name = "adapter", description = "Works on saved adapters.")
final class AdapterCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  @Command(name = "info", description = "Shows what an adapter is.")
  void info(@Parameters(paramLabel = "DIR", description = "The adapter's folder.") Path adapter) {
    AdapterFolders.info(adapter, spec.commandLine().getOut());
  }

  @Command(name = "merge", description = "Writes a model that has the adapter in its weights.")
  void merge(
      @Parameters(paramLabel = "MODEL", description = "The model's folder.") Path model,
      @Parameters(paramLabel = "ADAPTER", description = "The adapter's folder.") Path adapter,
      @Parameters(paramLabel = "OUT", description = "The new model's folder, new or empty.")
          Path into) {
    AdapterFolders.merge(model, adapter, into, spec.commandLine().getOut());
  }
}

package dev.luthier.cli;

import dev.luthier.recipe.AdapterFolders;
import java.io.PrintWriter;
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
  void info(
      @Parameters(paramLabel = "DIR", description = "The adapter's folder, or ORG/NAME[@REV].")
          Path adapter) {
    AdapterFolders.info(
        Screen.folder(adapter, spec.commandLine().getErr()), spec.commandLine().getOut());
  }

  @Command(name = "merge", description = "Writes a model that has the adapter in its weights.")
  void merge(
      @Parameters(
              paramLabel = "MODEL",
              description = "The model's folder, or ORG/NAME[@REV] of the hub.")
          Path model,
      @Parameters(paramLabel = "ADAPTER", description = "The adapter's folder, or ORG/NAME[@REV].")
          Path adapter,
      @Parameters(paramLabel = "OUT", description = "The new model's folder, new or empty.")
          Path into) {
    PrintWriter err = spec.commandLine().getErr();
    AdapterFolders.merge(
        Screen.folder(model, err), Screen.folder(adapter, err), into, spec.commandLine().getOut());
  }
}

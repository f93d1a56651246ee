package dev.luthier.cli;

import dev.luthier.peft.Combination;
import dev.luthier.peft.Composition;
import dev.luthier.recipe.AdapterFolders;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier adapter list|info|merge|compose}. */
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

  @Command(name = "list", description = "Lists the adapters below a folder.")
  void list(
      @Parameters(
              paramLabel = "DIR",
              arity = "0..1",
              defaultValue = "runs",
              description = "Where to look (default: ${DEFAULT-VALUE}).")
          Path root) {
    AdapterFolders.list(root, spec.commandLine().getOut());
  }

  @Command(name = "compose", description = "Makes one LoRA adapter of several.")
  void compose(
      @Parameters(
              paramLabel = "ADAPTER",
              arity = "1..*",
              description = "The adapters' folders, or ORG/NAME[@REV].")
          List<Path> adapters,
      @Option(
              names = "--into",
              required = true,
              paramLabel = "OUT",
              description = "The new adapter's folder, new or empty.")
          Path into,
      @Option(
              names = "--weights",
              split = ",",
              paramLabel = "W",
              description = "A weight for each adapter; unset: 1 for each.")
          @Nullable List<Double> weights,
      @Option(
              names = "--how",
              paramLabel = "HOW",
              defaultValue = "cat",
              description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, which is exact).")
          Combination how,
      @Option(
              names = "--density",
              paramLabel = "SHARE",
              defaultValue = "0.5",
              description = "The share of values that pruning keeps (default: ${DEFAULT-VALUE}).")
          double density,
      @Option(
              names = "--rank",
              paramLabel = "R",
              defaultValue = "0",
              description = "The rank where deltas are cut to one; 0: the largest that comes in.")
          int rank,
      @Option(
              names = "--seed",
              paramLabel = "N",
              defaultValue = "42",
              description = "Of what is dropped at random (default: ${DEFAULT-VALUE}).")
          long seed) {
    PrintWriter err = spec.commandLine().getErr();
    List<Path> folders = adapters.stream().map(a -> Screen.folder(a, err)).toList();
    List<Double> by = weights == null ? Collections.nCopies(folders.size(), 1.0) : weights;
    AdapterFolders.compose(
        folders, new Composition(how, by, density, rank, seed), into, spec.commandLine().getOut());
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

package dev.luthier.cli;

import dev.luthier.recipe.AdapterFolders;
import dev.luthier.recipe.DeltaFolders;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier adapter info|merge|diff|compose}. */
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

  @Command(
      name = "diff",
      description =
          "Writes what leads from one model, or adapter on it, to another, as an adapter.")
  void diff(
      @Parameters(paramLabel = "FROM", description = "A model's or a sparse adapter's folder.")
          Path from,
      @Parameters(paramLabel = "TO", description = "Another of the same kind.") Path to,
      @Option(
              names = "--into",
              required = true,
              paramLabel = "OUT",
              description = "The new adapter's folder, new or empty.")
          Path into) {
    PrintWriter err = spec.commandLine().getErr();
    DeltaFolders.diff(
        Screen.folder(from, err), Screen.folder(to, err), into, spec.commandLine().getOut());
  }

  @Command(
      name = "compose",
      description = "Adds sparse adapters of one model up, and tells where they disagree.")
  void compose(
      @Parameters(paramLabel = "ADAPTER", arity = "2..*", description = "Adapters' folders.")
          List<Path> adapters,
      @Option(
              names = "--into",
              required = true,
              paramLabel = "OUT",
              description = "The new adapter's folder, new or empty.")
          Path into,
      @Option(
              names = "--scale",
              split = ",",
              paramLabel = "X",
              description = "How much of each, such as 1,0.5; all by default.")
          @Nullable List<Double> scales,
      @Option(
              names = "--tolerance",
              defaultValue = "0",
              paramLabel = "X",
              description = "Changes up to this size disagree with nothing.")
          double tolerance) {
    PrintWriter err = spec.commandLine().getErr();
    DeltaFolders.compose(
        adapters.stream().map(a -> Screen.folder(a, err)).toList(),
        scales == null ? List.of() : scales,
        tolerance,
        into,
        spec.commandLine().getOut());
  }
}

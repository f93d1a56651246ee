package dev.luthier.cli;

import dev.luthier.peft.Combination;
import dev.luthier.peft.Composition;
import dev.luthier.peft.Conversion;
import dev.luthier.recipe.AdapterFolders;
import dev.luthier.recipe.ConvertedFolders;
import dev.luthier.recipe.DeltaFolders;
import dev.luthier.recipe.MergedFolder;
import dev.luthier.recipe.Quantize;
import dev.luthier.recipe.TypeName;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier adapter list|info|merge|compose|convert|diff}. */
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

  @Command(
      name = "compose",
      description = "Makes one adapter of several LoRA adapters, or several sparse ones.")
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
          long seed,
      @Option(
              names = "--tolerance",
              paramLabel = "X",
              defaultValue = "0",
              description = "Changes of sparse adapters up to this size disagree with nothing.")
          double tolerance) {
    PrintWriter err = spec.commandLine().getErr();
    List<Path> folders = adapters.stream().map(a -> Screen.folder(a, err)).toList();
    List<Double> by = weights == null ? Collections.nCopies(folders.size(), 1.0) : weights;
    if (DeltaFolders.isOne(folders.get(0))) {
      DeltaFolders.compose(folders, by, tolerance, into, spec.commandLine().getOut());
      return;
    }
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
          Path into,
      @Option(
              names = "--quantize",
              paramLabel = "FORM",
              defaultValue = "none",
              description =
                  "How the model was kept in training: the recipe's model.quantize, such as nf4"
                      + " (default: ${DEFAULT-VALUE}).")
          String quantize) {
    PrintWriter err = spec.commandLine().getErr();
    MergedFolder.write(
        Screen.folder(model, err),
        Screen.folder(adapter, err),
        into,
        Quantize.read(quantize),
        spec.commandLine().getOut());
  }

  @Command(
      name = "convert",
      description = "Writes an adapter in another form that computes the same.")
  void convert(
      @Parameters(paramLabel = "ADAPTER", description = "The adapter's folder, or ORG/NAME[@REV].")
          Path adapter,
      @Option(
              names = "--into",
              required = true,
              paramLabel = "OUT",
              description = "The new adapter's folder, new or empty.")
          Path into,
      @Option(
              names = "--to",
              paramLabel = "FORM",
              defaultValue = "lora",
              description =
                  "lora: PEFT's, plain; peft, adapterhub: the method in that library's files; same: a"
                      + " copy (default: ${DEFAULT-VALUE}).")
          Conversion to,
      @Option(
              names = "--model",
              paramLabel = "MODEL",
              description = "The model that it is for; unset: the one that it names.")
          @Nullable Path model,
      @Option(
              names = "--type",
              paramLabel = "TYPE",
              description = "Store numbers as float32, bfloat16 or float16.")
          @Nullable String type) {
    PrintWriter err = spec.commandLine().getErr();
    ConvertedFolders.convert(
        Screen.folder(adapter, err),
        into,
        to,
        Optional.ofNullable(model).map(m -> Screen.folder(m, err)),
        Optional.ofNullable(type).map(TypeName::read),
        spec.commandLine().getOut());
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
}

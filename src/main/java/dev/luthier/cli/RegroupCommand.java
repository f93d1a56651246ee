package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.recipe.PooledBy;
import dev.luthier.recipe.RegroupedAdapter;
import dev.luthier.recipe.RegroupedFolder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier regroup}. */
@Command(
    name = "regroup",
    description = "Writes a model with fewer or more key and value heads (GQA, MQA).",
    footer = {
      "",
      "Fewer heads make a smaller cache, and a model that is to be trained for a while afterwards;",
      "more are copies, and change nothing. docs/methods/gqa.md tells what comes of it."
    })
final class RegroupCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "The model's folder, or ORG/NAME[@REV] of the hub.")
  private Path model = Path.of("");

  @Parameters(index = "1", paramLabel = "OUT", description = "The new folder, new or empty.")
  private Path into = Path.of("");

  @Option(
      names = "--kv-heads",
      required = true,
      paramLabel = "G",
      description = "Key and value heads of the new model; must divide its query heads.")
  private int kvHeads;

  @Option(
      names = "--by",
      paramLabel = "HOW",
      defaultValue = "mean",
      description =
          "How several heads become one: mean, first, random, activations, which turns them alike"
              + " on texts before it takes the mean, or principal, which keeps what is largest of"
              + " all on texts (default: mean).")
  private String by = "";

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "The texts of activations and principal: rows of any form to write.")
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "How many of their tokens are read (default: 65536).")
  private Optional<Integer> tokens = Optional.empty();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "The seed of random heads (default: 42).")
  private long seed;

  @Option(
      names = "--eval",
      paramLabel = "FILE",
      description = "Texts on which the loss of a token is told, before and after.")
  private Optional<Path> eval = Optional.empty();

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "A LoRA adapter of the model, which is carried over.")
  private Optional<Path> adapter = Optional.empty();

  @Option(
      names = "--adapter-out",
      paramLabel = "DIR",
      description = "Its new folder, new or empty.")
  private Optional<Path> adapterOut = Optional.empty();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    RegroupedFolder work = new RegroupedFolder(kvHeads, by());
    Path from = Screen.folder(model, spec.commandLine().getErr());
    if (adapter.isPresent() != adapterOut.isPresent()) {
      throw new UserError(
          "--adapter and --adapter-out go together: one is read, the other written");
    }
    if (adapter.isPresent()) {
      RegroupedAdapter carried = new RegroupedAdapter(adapter.get(), adapterOut.orElseThrow());
      work.write(from, into, carried, out);
    } else {
      work.write(from, into, out);
    }
    eval.ifPresent(file -> RegroupedFolder.compare(from, into, file, out));
  }

  private PooledBy by() {
    boolean reads = by.equals("activations") || by.equals("principal");
    if (!reads && (data.isPresent() || tokens.isPresent())) {
      throw new UserError(
          "--data and --tokens are for --by activations and principal, which read texts; was --by "
              + by);
    }
    int most = tokens.orElse(1 << 16);
    switch (by) {
      case "mean":
        return new PooledBy.Mean();
      case "first":
        return new PooledBy.First();
      case "random":
        return new PooledBy.Random(seed);
      case "activations":
        return new PooledBy.Activations(texts(), most);
      case "principal":
        return new PooledBy.Principal(texts(), most);
      default:
        throw new UserError(
            "--by must be mean, first, random, activations or principal, was " + by);
    }
  }

  private Path texts() {
    return data.orElseThrow(
        () -> new UserError("--by %s reads texts; name them with --data FILE".formatted(by)));
  }
}

package dev.luthier.cli;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.recipe.Comparison;
import dev.luthier.recipe.Scorer;
import dev.luthier.recipe.Writer.Voice;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code luthier compare}. */
@Command(
    name = "compare",
    sortOptions = false,
    description =
        "Lets two models, or one with and without an adapter, answer the same prompts: win rate by a"
            + " judge, scores, lengths, and the answers side by side.")
final class CompareCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private VoiceArguments voice = new VoiceArguments();

  @Option(
      names = "--against",
      paramLabel = "MODEL",
      description = "The model to compare with; without it, MODEL itself.")
  private Optional<Path> against = Optional.empty();

  @Option(
      names = "--against-adapter",
      paramLabel = "DIR",
      description = "An adapter for the model to compare with; without it, none.")
  private Optional<Path> againstAdapter = Optional.empty();

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description = "Rows with prompts: alone, with an answer, or with answers that are judged.")
  private String data = "";

  @Mixin private RowsArguments rows = new RowsArguments();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "64",
      description = "At most so many rows, from the top (default: ${DEFAULT-VALUE}).")
  private long limit;

  @Option(
      names = "--chat",
      description = "A prompt that is a text is what the user of a chat says.")
  private boolean chat;

  @Option(
      names = "--by-reward",
      paramLabel = "MODEL[,ADAPTER]",
      description = "The judge: a reward model, or a model with the adapter that makes it one.")
  private Optional<String> byReward = Optional.empty();

  @Option(
      names = "--judge",
      paramLabel = "JUDGE",
      description =
          "Any other judge, as a recipe's eval.compare.judge has it: exact_match, or with settings"
              + " {exact_match: {column: answer}}.")
  private Optional<String> judge = Optional.empty();

  @Mixin private MannerArguments manner = new MannerArguments();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Writes answers.jsonl and compare.html there.")
  private Optional<Path> out = Optional.empty();

  @Override
  public void run() {
    PrintWriter err = spec.commandLine().getErr();
    Check.atLeast("--limit", 1, limit);
    Voice model = voice.voice(err);
    Voice other =
        new Voice(
            against.map(path -> Screen.folder(path, err)).orElse(model.model()),
            againstAdapter.map(path -> Screen.folder(path, err)),
            Optional.empty(),
            model.device(),
            model.quantize());
    new Comparison(
            model,
            other,
            new Comparison.Asked(data, rows.form(), rows.columns(), limit, chat),
            judge(err),
            manner.manner(),
            out)
        .print(spec.commandLine().getOut(), err);
  }

  private Optional<Scorer> judge(PrintWriter err) {
    if (byReward.isPresent() && judge.isPresent()) {
      throw new UserError("give --by-reward or --judge, not both");
    }
    return byReward.map(text -> rewardModel(text, err)).or(() -> judge.map(Comparison::judge));
  }

  private static Scorer rewardModel(String text, PrintWriter err) {
    String[] parts = text.split(",", -1);
    if (parts.length > 2 || parts[0].isBlank() || parts[parts.length - 1].isBlank()) {
      throw new UserError("--by-reward must be MODEL or MODEL,ADAPTER, was " + text);
    }
    return new Scorer.Trained(
        Screen.folder(Path.of(parts[0].strip()), err),
        parts.length == 2
            ? Optional.of(Screen.folder(Path.of(parts[1].strip()), err))
            : Optional.empty());
  }
}

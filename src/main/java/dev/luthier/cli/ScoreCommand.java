package dev.luthier.cli;

import dev.luthier.recipe.NamedReward;
import dev.luthier.recipe.RewardScores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code luthier score}. */
@Command(
    name = "score",
    sortOptions = false,
    description = {
      "Scores the answers of a file with one or several reward models: how often each finds the"
          + " better answer, and how far they agree."
    })
final class ScoreCommand implements Runnable {
  /** NAME=, a model, and an adapter behind a colon. */
  private static final Pattern REWARD = Pattern.compile("(?:([A-Za-z0-9_-]+)=)?(.{2,}?)(?::(.+))?");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "FILE",
      description = "Judged answers: a file, folder or glob, in any form that preferences have.")
  private String file = "";

  @Option(
      names = "--reward",
      required = true,
      paramLabel = "[NAME=]MODEL[:ADAPTER]",
      description =
          "A reward model: its folder or ORG/NAME[@REV], or of an adapter the model's and the"
              + " adapter's; may be repeated.")
  private List<String> rewards = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "OUT",
      description = "Writes the rows with their scores there, as JSON lines.")
  private Optional<Path> out = Optional.empty();

  @Option(
      names = "--column",
      paramLabel = "NAME",
      defaultValue = "score",
      description =
          "With --out: what the scores are called, of pairs chosen_NAME and rejected_NAME (default:"
              + " ${DEFAULT-VALUE}).")
  private String column = "score";

  @Option(
      names = "--uncertainty",
      paramLabel = "C",
      defaultValue = "0.5",
      description =
          "Of several models: how often their variance is taken off their mean (default:"
              + " ${DEFAULT-VALUE}).")
  private double uncertainty;

  @Mixin private RowsArguments rows = new RowsArguments();

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "auto",
      description = "auto, cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device = "auto";

  @Override
  public void run() {
    new RewardScores(
            file,
            rows.form(),
            rows.columns(),
            rewards.stream().map(this::reward).toList(),
            device,
            uncertainty,
            out,
            column)
        .run(spec.commandLine().getOut());
  }

  private NamedReward reward(String text) {
    Matcher parts = REWARD.matcher(text);
    boolean whole = Files.exists(Path.of(text)) || !parts.matches();
    String model = whole ? text : parts.group(2);
    Optional<Path> adapter =
        whole ? Optional.empty() : Optional.ofNullable(parts.group(3)).map(this::folder);
    Optional<String> name = whole ? Optional.empty() : Optional.ofNullable(parts.group(1));
    Path folder = folder(model);
    return name.map(given -> new NamedReward(given, folder, adapter))
        .orElseGet(() -> NamedReward.of(folder, adapter));
  }

  private Path folder(String named) {
    return Screen.folder(Path.of(named), spec.commandLine().getErr());
  }
}

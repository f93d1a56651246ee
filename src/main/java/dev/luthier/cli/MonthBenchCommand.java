package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.online.MonthBench;
import dev.luthier.online.MonthPlan;
import dev.luthier.rater.Filter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code luthier bench month}. */
@Command(
    name = "month",
    description =
        "A month of a model among simulated users whose taste drifts, with adversaries among them:"
            + " with the filter, without it, and with honest users only.")
final class MonthBenchCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--seed", defaultValue = "1", description = "Of all draws (default: 1).")
  private long seed;

  @Option(
      names = "--filter",
      paramLabel = "WHICH",
      defaultValue = "all",
      description = "all: every way; on or off: this one alone (default: all).")
  private String filter = "all";

  @Option(
      names = "--adversaries",
      paramLabel = "SHARE",
      defaultValue = "0.3",
      description = "Of the raters (default: ${DEFAULT-VALUE}).")
  private double adversaries;

  @Option(
      names = "--eagerness",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often an adversary votes beside an honest rater (default: 3).")
  private double eagerness;

  @Option(names = "--cycles", defaultValue = "6", description = "In the month (default: 6).")
  private int cycles;

  @Option(names = "--raters", defaultValue = "30", description = "In all (default: 30).")
  private int raters;

  @Option(names = "--votes", defaultValue = "12", description = "Of an honest rater in a cycle.")
  private int votes;

  @Option(
      names = "--pairs",
      defaultValue = "120",
      description = "Pairs of answers that are compared in a cycle (default: 120).")
  private int pairs;

  @Option(
      names = "--held-out",
      defaultValue = "200",
      description = "Prompts of the true score (default: 200).")
  private int heldOut;

  @Option(
      names = "--gold",
      defaultValue = "0.1",
      description = "The share of questions whose answer is known (default: 0.1).")
  private double gold;

  @Option(
      names = "--beginning",
      defaultValue = "300",
      description = "Steps of tuning before the month (default: 300).")
  private int beginning;

  @Option(names = "--model", defaultValue = "models/tiny-base", description = "Which begins.")
  private Path model = Path.of("models/tiny-base");

  @Option(names = "--data", defaultValue = "data/tiny-chat", description = "Chats to begin with.")
  private Path data = Path.of("data/tiny-chat");

  @Option(names = "--output", defaultValue = "runs/month", description = "Where all is written.")
  private Path output = Path.of("runs/month");

  @Override
  public void run() {
    if (!filter.matches("all|on|off")) {
      throw new UserError("--filter must be all, on or off, was " + filter);
    }
    MonthBench.run(
        new MonthPlan(
            model,
            data,
            output,
            seed,
            cycles,
            adversaries,
            raters,
            votes,
            eagerness,
            gold,
            pairs,
            heldOut,
            beginning),
        filter.equals("off") ? Optional.empty() : Optional.of(Filter.USUAL),
        filter.equals("all"),
        spec.commandLine().getOut());
  }
}

package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.online.ByHand;
import dev.luthier.online.CycleRecipe;
import dev.luthier.online.Online;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code luthier online}. */
@Command(
    name = "online",
    description = "Learns from the feedback on a served model, version after version.",
    customSynopsis =
        "luthier online RECIPE [--key.path=value ...] [--once | --dry-run | --list | --promote VERSION | --rollback WHY | --abandon WHY] [--debug]",
    footer = {
      "",
      "Without an option it waits for feedback and carries out cycles until it is stopped;",
      "a cycle that was broken off goes on. docs/online.md says what a cycle does."
    })
final class OnlineCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "RECIPE", description = "The recipe of server and cycle, a YAML file.")
  private Path recipe = Path.of("");

  @Unmatched private List<String> overrides = new ArrayList<>();

  @Option(names = "--once", description = "Goes on with a cycle, or carries out one now, and ends.")
  private boolean once;

  @Option(names = "--dry-run", description = "Shows the whole recipe and what waits; does nothing.")
  private boolean dryRun;

  @Option(names = "--list", description = "Lists versions with their gates, and cycles.")
  private boolean list;

  @Option(
      names = "--promote",
      paramLabel = "VERSION",
      description = "Lets a version answer that passed the gate.")
  private Optional<String> promote = Optional.empty();

  @Option(
      names = "--rollback",
      paramLabel = "WHY",
      description = "Takes back the version that is tried, or returns to the one before.")
  private Optional<String> rollback = Optional.empty();

  @Option(names = "--abandon", paramLabel = "WHY", description = "Gives up the cycle that goes on.")
  private Optional<String> abandon = Optional.empty();

  @Override
  public void run() {
    RecipeArguments.check(spec, overrides);
    Online online =
        new Online(
            CycleRecipe.Told.read(recipe, overrides),
            () -> Screen.progress(spec.commandLine().getErr()),
            spec.commandLine().getOut());
    ByHand hand = new ByHand(online);
    List<Runnable> asked = new ArrayList<>();
    promote.ifPresent(name -> asked.add(() -> hand.promote(name)));
    rollback.ifPresent(why -> asked.add(() -> hand.rollBack(why)));
    abandon.ifPresent(why -> asked.add(() -> hand.abandon(why)));
    if (list) {
      asked.add(hand::list);
    }
    if (dryRun) {
      asked.add(hand::dryRun);
    }
    if (once) {
      asked.add(online::once);
    }
    if (asked.size() > 1) {
      throw new UserError(
          "give one of --once, --dry-run, --list, --promote, --rollback and --abandon");
    }
    if (asked.size() == 1) {
      asked.get(0).run();
      return;
    }
    try {
      online.forever();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.luthier.online;

import dev.luthier.error.UserError;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.FeedbackStores;
import dev.luthier.recipe.Recipes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What a person looks at and does with the versions and cycles of a home. */
public record ByHand(Online online) {
  private Path home() {
    return online.told().recipe().home();
  }

  /** Shows what a cycle would do, and does nothing. */
  public void dryRun() {
    Versions versions = new Versions(home());
    Cycles cycles = new Cycles(home());
    online.out().println(Recipes.print(online.told().recipe()));
    online.say("home      %s", home());
    online.say("version   %s answers", versions.deployed().current());
    online.say("begins    %s", online.triggers());
    cycles.open().ifPresent(c -> online.say("goes on   %s", c.text()));
    online.told().check();
    String url = online.told().recipe().url();
    if (FeedbackStores.file(url).filter(file -> !Files.exists(file)).isPresent()) {
      online.say("feedback  there is no %s yet", url);
      return;
    }
    try (FeedbackStore store = FeedbackStores.open(url, home())) {
      Snapshots snapshots = new Snapshots(online.told().recipe(), cycles, store);
      online.say("feedback  %d pieces that no cycle has seen", snapshots.unseen());
    }
  }

  /** Lists versions and cycles. */
  public void list() {
    Versions versions = new Versions(home());
    Deployed now = versions.deployed();
    for (Version v : versions.list()) {
      online.out().println(line(v, now));
      v.gate()
          .ifPresent(
              gate -> gate.checks().forEach(c -> online.out().println("        " + c.text())));
    }
    List<CycleState> cycles = new Cycles(home()).list();
    if (!cycles.isEmpty()) {
      online.out().println();
      cycles.forEach(c -> online.out().println(c.text()));
    }
    online.out().flush();
  }

  private static String line(Version v, Deployed now) {
    String standing =
        v.name().equals(now.current())
            ? "answers"
            : now.canary().filter(c -> c.name().equals(v.name())).isPresent()
                ? "is tried"
                : v.refused() ? "refused" : now.isRolledBack(v.name()) ? "taken back" : "";
    String from =
        v.parent().isEmpty() ? "the model as it came" : "from %s, %s".formatted(v.parent(), v.at());
    return "%s  %-10s  %s".formatted(v.name(), standing, from);
  }

  /** Lets a version answer. */
  public void promote(String name) {
    new Versions(home()).promote(name, "by hand");
    online.say("version %s answers", name);
    online.out().flush();
  }

  /** Takes back the version that is tried, or returns to the one before. */
  public void rollBack(String why) {
    Versions versions = new Versions(home());
    versions.rollBack(why);
    online.say("version %s answers", versions.deployed().current());
    online.out().flush();
  }

  /** Ends a cycle that cannot go on; its feedback counts as seen, and as learnt from. */
  public void abandon(String why) {
    Cycles cycles = new Cycles(home());
    try (HomeLock lock = cycles.lock()) {
      CycleState open =
          cycles
              .open()
              .orElseThrow(() -> new UserError("no cycle of %s goes on".formatted(home())));
      cycles.write(
          open.ending(
              CycleState.Outcome.ABANDONED,
              List.of(why),
              Instant.now().truncatedTo(ChronoUnit.MILLIS)));
      online.say("cycle %s is given up: %s", open.name(), why);
      online.out().flush();
    }
  }
}

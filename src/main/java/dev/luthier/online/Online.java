package dev.luthier.online;

import dev.luthier.error.UserError;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.FeedbackStores;
import dev.luthier.train.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The process of the cycle, beside the server: waits for a reason, carries out a cycle, and waits
 * again. It shares with the server the files of the home and the database.
 *
 * @param progress one for each training
 * @param out what people read
 */
public record Online(CycleRecipe.Told told, Supplier<Progress> progress, PrintWriter out) {
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private Path home() {
    return told.recipe().home();
  }

  /**
   * One cycle: goes on with one that was broken off, or begins one by hand. Ends where that waits
   * for feedback in its trial.
   *
   * @throws UserError if another process is at work, or the input is wrong
   */
  public void once() {
    Cycles cycles = new Cycles(home());
    try (HomeLock lock = cycles.lock();
        FeedbackStore store = FeedbackStores.open(told.recipe().url())) {
      CycleState state = cycles.open().orElseGet(() -> begin(cycles, "by hand", Clock.systemUTC()));
      go(store, state, Clock.systemUTC(), Cycle.Border.NONE)
          .ifPresent(
              why -> {
                out.println(why + "; the same command goes on with it");
                out.flush();
              });
    }
  }

  /** Carries out cycles until the process ends. */
  public void forever() throws InterruptedException {
    Cycles cycles = new Cycles(home());
    try (HomeLock lock = cycles.lock();
        FeedbackStore store = FeedbackStores.open(told.recipe().url())) {
      out.printf("waiting for feedback in %s; a cycle begins %s%n", home(), triggers());
      out.flush();
      while (!Thread.currentThread().isInterrupted()) {
        Optional<CycleState> next = cycles.open();
        if (next.isEmpty()) {
          next =
              due(cycles, store, Instant.now()).map(why -> begin(cycles, why, Clock.systemUTC()));
        }
        boolean waits =
            next.isEmpty()
                || go(store, next.get(), Clock.systemUTC(), Cycle.Border.NONE).isPresent();
        if (waits) {
          Thread.sleep(pause(next).toMillis());
        }
      }
    }
  }

  private Duration pause(Optional<CycleState> waiting) {
    return waiting
        .flatMap(s -> told.recipe().online().canary())
        .map(c -> c.poll().length())
        .orElse(PAUSE);
  }

  /** Goes on with a cycle as far as it can. */
  Optional<String> go(FeedbackStore store, CycleState state, Clock clock, Cycle.Border border) {
    return new Cycle(home(), state, new Cycle.Tools(store, progress, out, clock, border)).run();
  }

  CycleState begin(Cycles cycles, String trigger, Clock clock) {
    String parent = new Versions(home()).deployed().current();
    CycleState out = cycles.begin(told, trigger, parent, clock.instant());
    out().printf("cycle %s begins: %s; it tunes %s%n", out.name(), trigger, parent);
    out().flush();
    return out;
  }

  /** Why a cycle is to begin now. */
  Optional<String> due(Cycles cycles, FeedbackStore store, Instant now) {
    Optional<String> asked = cycles.asked();
    if (asked.isPresent()) {
      return Optional.of("by hand, " + asked.get());
    }
    OnlineSpec spec = told.recipe().online();
    long unseen = new Snapshots(told.recipe(), cycles, store).unseen();
    if (spec.after().isPresent() && unseen >= spec.after().get().feedback()) {
      return Optional.of("%d new pieces of feedback".formatted(unseen));
    }
    Optional<Instant> last = cycles.list().stream().map(CycleState::at).reduce((a, b) -> b);
    return spec.every()
        .filter(age -> unseen > 0)
        .filter(age -> last.isEmpty() || !now.isBefore(last.get().plus(age.length())))
        .map(age -> "%s since the last one, %d new pieces of feedback".formatted(age, unseen));
  }

  private String triggers() {
    OnlineSpec spec = told.recipe().online();
    String count =
        spec.after().map(a -> "after %d pieces of feedback".formatted(a.feedback())).orElse("");
    String time = spec.every().map(age -> "every " + age).orElse("");
    String both = count + (count.isEmpty() || time.isEmpty() ? "" : " or ") + time;
    return both.isEmpty() ? "where somebody asks for one" : both;
  }

  /** Shows what a cycle would do, and does nothing. */
  public void dryRun() {
    Versions versions = new Versions(home());
    Cycles cycles = new Cycles(home());
    out.println(dev.luthier.recipe.Recipes.print(told.recipe()));
    out.printf("home      %s%n", home());
    out.printf("version   %s answers%n", versions.deployed().current());
    out.printf("begins    %s%n", triggers());
    cycles.open().ifPresent(c -> out.printf("goes on   %s%n", c.text()));
    try (FeedbackStore store = FeedbackStores.open(told.recipe().url())) {
      out.printf(
          "feedback  %d pieces that no cycle has seen%n",
          new Snapshots(told.recipe(), cycles, store).unseen());
    }
    out.flush();
  }

  /** Lists versions and cycles. */
  public void list() {
    Versions versions = new Versions(home());
    Deployed now = versions.deployed();
    for (Version v : versions.list()) {
      out.println(line(v, now));
      v.gate().ifPresent(gate -> gate.checks().forEach(c -> out.println("        " + c.text())));
    }
    List<CycleState> cycles = new Cycles(home()).list();
    if (!cycles.isEmpty()) {
      out.println();
      cycles.forEach(c -> out.println(c.text()));
    }
    out.flush();
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
    out.printf("version %s answers%n", name);
    out.flush();
  }

  /** Takes back the version that is tried, or returns to the one before. */
  public void rollBack(String why) {
    Versions versions = new Versions(home());
    versions.rollBack(why);
    out.printf("version %s answers%n", versions.deployed().current());
    out.flush();
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
      out.printf("cycle %s is given up: %s%n", open.name(), why);
      out.flush();
    }
  }
}

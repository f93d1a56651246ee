package dev.luthier.online;

import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.FeedbackStores;
import dev.luthier.feedback.StoreFull;
import dev.luthier.feedback.StoreGone;
import dev.luthier.train.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
   * @throws dev.luthier.error.UserError if another process is at work, or the input is wrong
   */
  public void once() {
    Cycles cycles = new Cycles(home());
    try (HomeLock lock = cycles.lock();
        FeedbackStore store = FeedbackStores.open(told.recipe().url(), home())) {
      CycleState state = cycles.open().orElseGet(() -> begin(cycles, "by hand", Clock.systemUTC()));
      go(store, state, Clock.systemUTC(), Cycle.Border.NONE);
    }
  }

  /** Carries out cycles until the process is asked to stop. */
  public void forever() throws InterruptedException {
    Cycles cycles = new Cycles(home());
    try (HomeLock lock = cycles.lock();
        FeedbackStore store = FeedbackStores.open(told.recipe().url(), home())) {
      Unseen unseen = new Unseen(new Snapshots(told.recipe(), cycles, store), store, cycles);
      say("waiting for feedback in %s; a cycle begins %s", home(), triggers());
      while (true) {
        try {
          Optional<CycleStage> waits = next(cycles, store, unseen);
          if (waits.equals(Optional.of(CycleStage.TRAIN))) {
            return; // a training that was asked to stop has saved itself
          }
          Thread.sleep(pause(waits).toMillis());
        } catch (StoreGone | StoreFull e) {
          say("%s; trying again in %d s", String.valueOf(e.getMessage()), PAUSE.toSeconds());
          Thread.sleep(PAUSE.toMillis());
        }
      }
    }
  }

  /** Goes on with a cycle, or with one that is due; the stage that waits, if one does. */
  private Optional<CycleStage> next(Cycles cycles, FeedbackStore store, Unseen unseen) {
    Clock clock = Clock.systemUTC();
    return cycles
        .open()
        .or(() -> due(cycles, unseen.count(), clock.instant()).map(w -> begin(cycles, w, clock)))
        .flatMap(state -> go(store, state, clock, Cycle.Border.NONE));
  }

  void say(String line, Object... values) {
    out.printf(line + "%n", values);
    out.flush();
  }

  private Duration pause(Optional<CycleStage> waiting) {
    return waiting
        .flatMap(s -> told.recipe().online().canary())
        .map(c -> c.poll().length())
        .orElse(PAUSE);
  }

  /** Goes on with a cycle as far as it can. */
  Optional<CycleStage> go(FeedbackStore store, CycleState state, Clock clock, Cycle.Border border) {
    return new Cycle(home(), state, new Cycle.Tools(store, progress, out, clock, border)).run();
  }

  CycleState begin(Cycles cycles, String trigger, Clock clock) {
    told.check();
    String parent = new Versions(home()).deployed().current();
    CycleState out = cycles.begin(told, trigger, parent, clock.instant());
    say("cycle %s begins: %s; it tunes %s", out.name(), trigger, parent);
    return out;
  }

  /** Why a cycle is to begin now. */
  Optional<String> due(Cycles cycles, long unseen, Instant now) {
    Optional<String> asked = cycles.asked();
    if (asked.isPresent()) {
      return Optional.of("by hand, " + asked.get());
    }
    OnlineSpec spec = told.recipe().online();
    if (spec.after().isPresent() && unseen >= spec.after().get().feedback()) {
      return Optional.of("%d new pieces of feedback".formatted(unseen));
    }
    Optional<Instant> last = cycles.list().stream().map(CycleState::at).reduce((a, b) -> b);
    return spec.every()
        .filter(age -> unseen > 0)
        .filter(age -> last.isEmpty() || !now.isBefore(last.get().plus(age.length())))
        .map(age -> "%s since the last one, %d new pieces of feedback".formatted(age, unseen));
  }

  /** When a cycle begins, in words. */
  String triggers() {
    OnlineSpec spec = told.recipe().online();
    String count =
        spec.after().map(a -> "after %d pieces of feedback".formatted(a.feedback())).orElse("");
    String time = spec.every().map(age -> "every " + age).orElse("");
    String both = count + (count.isEmpty() || time.isEmpty() ? "" : " or ") + time;
    return both.isEmpty() ? "where somebody asks for one" : both;
  }
}

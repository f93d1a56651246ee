package dev.luthier.online;

import dev.luthier.feedback.FeedbackStore;
import dev.luthier.train.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One cycle, from feedback to a version that answers or does not. A stage is marked when all that
 * it leaves is there; whatever is broken off goes on behind the last mark, and every stage finds
 * what it left itself before.
 */
final class Cycle {
  /**
   * What cycles work with.
   *
   * @param progress one for each training
   * @param out what people read
   * @param border called when a stage has left its files, before and after it is marked
   */
  record Tools(
      FeedbackStore store,
      Supplier<Progress> progress,
      PrintWriter out,
      Clock clock,
      Border border) {
    void say(String line, Object... values) {
      out.printf(line + "%n", values);
      out.flush();
    }
  }

  /** Hears of the borders between stages. */
  interface Border {
    Border NONE = (stage, marked) -> {};

    void at(CycleStage stage, boolean marked);
  }

  /** What came of a part of the way. */
  enum Step {
    /** The stage has ended. */
    DONE,
    /** It has to wait for feedback, or was asked to stop. */
    WAITS
  }

  private final Cycles cycles;
  private final Versions versions;
  private final CycleWork work;
  private final Tools tools;

  Cycle(Path home, CycleState state, Tools tools) {
    this.cycles = new Cycles(home);
    this.versions = new Versions(home, tools.clock());
    this.work = new CycleWork(cycles, versions, state, tools);
    this.tools = tools;
  }

  /** Goes as far as it can; empty where it has ended, else the stage that waits. */
  Optional<CycleStage> run() {
    while (!work.state().hasEnded()) {
      CycleStage stage = work.state().next().orElseThrow();
      tools.say("cycle %s: %s", work.state().name(), name(stage));
      long begin = System.nanoTime();
      if (work.step(stage) == Step.WAITS) {
        tools.say(
            "cycle %s waits in stage %s; the same command goes on with it",
            work.state().name(), name(stage));
        return Optional.of(stage);
      }
      tools.border().at(stage, false);
      work.mark(stage, (System.nanoTime() - begin) / 1e9);
      tools.border().at(stage, true);
    }
    tools.say("cycle %s", work.state().text());
    cycles.tidy(work.state());
    List<String> gone = versions.clean(work.spec().keep());
    if (!gone.isEmpty()) {
      tools.say("removed   %s", String.join(", ", gone));
    }
    return Optional.empty();
  }

  private static String name(CycleStage stage) {
    return stage.name().toLowerCase(Locale.ROOT);
  }
}

package dev.luthier.io;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Another attempt after a broken connection: at most five without progress, with longer and longer
 * pauses, as huggingface_hub's http_backoff and http_get do it.
 */
final class HubRetry {
  private static final int ATTEMPTS = 5;
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(8);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** Something that may have to be done again. */
  interface Attempt<T> {
    T run() throws HubCut, HubWrong, InterruptedException;
  }

  /** Waits. */
  interface Pause {
    void of(Duration duration) throws InterruptedException;
  }

  private final Pause pause;
  private final HubProgress progress;

  HubRetry(Pause pause, HubProgress progress) {
    this.pause = pause;
    this.progress = progress;
  }

  /**
   * @param done grows where an attempt came further than the one before; it may then fail anew
   * @throws UncheckedIOException if the last attempt failed too
   */
  <T> T run(Attempt<T> attempt, LongSupplier done) throws HubWrong, InterruptedException {
    Duration next = FIRST;
    long furthest = done.getAsLong();
    for (int failed = 0; ; ) {
      try {
        return attempt.run();
      } catch (HubCut cut) {
        if (done.getAsLong() > furthest) {
          furthest = done.getAsLong();
          failed = 0;
          next = FIRST;
        }
        failed++;
        Duration wait = cut.askedPause().orElse(next);
        if (failed == ATTEMPTS || wait.compareTo(PATIENCE) > 0) {
          String after = failed == 1 ? "" : " (%d attempts)".formatted(failed);
          String asked =
              wait.compareTo(PATIENCE) > 0
                  ? "; it asks to come back in %d s".formatted(wait.toSeconds())
                  : "; what has come is kept, the same command goes on from there";
          throw new UncheckedIOException(cut.getMessage() + after + asked, cut);
        }
        progress.note(
            "%s; attempt %d in %d s".formatted(cut.getMessage(), failed + 1, wait.toSeconds()));
        pause.of(wait);
        next = next.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : next.multipliedBy(2);
      }
    }
  }
}

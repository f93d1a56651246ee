package dev.luthier.serve;

import dev.luthier.error.UserError;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.online.Versions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Looks from time to time what is deployed, and lets go what is too old to be kept. */
final class Watch implements AutoCloseable {
  private static final long LOOK_MILLIS = 250;
  private static final long RETAIN_HOURS = 1;

  private final ScheduledExecutorService threads =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread out = new Thread(work, "watch");
            out.setDaemon(true);
            return out;
          });
  private final Consumer<String> err;
  private String said = "";

  Watch(Consumer<String> err) {
    this.err = err;
  }

  /** Lets what is deployed answer, now and whenever that changes. */
  void versions(Versions versions, Fleet fleet) {
    threads.scheduleWithFixedDelay(
        () -> guarded(() -> fleet.deploy(versions.deployed())),
        LOOK_MILLIS,
        LOOK_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  /** Deletes what is older than so many days. */
  void retention(FeedbackStore store, Optional<Integer> days) {
    days.ifPresent(
        d ->
            threads.scheduleWithFixedDelay(
                () -> guarded(() -> store.retain(Duration.ofDays(d))),
                0,
                RETAIN_HOURS,
                TimeUnit.HOURS));
  }

  /** What fails is said once, and tried again. */
  private void guarded(Runnable work) {
    try {
      work.run();
      said = "";
    } catch (RuntimeException e) {
      String now = e instanceof UserError ? String.valueOf(e.getMessage()) : e.toString();
      if (!now.equals(said)) {
        said = now;
        err.accept(now);
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      threads.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

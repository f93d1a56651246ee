package dev.luthier.endpoint;

import java.time.Duration;

/** What time it is, and waiting. */
public interface Time {
  /** That of the machine. */
  Time MACHINE =
      new Time() {
        @Override
        public long millis() {
          return System.nanoTime() / 1_000_000;
        }

        @Override
        public void pause(Duration duration) throws InterruptedException {
          Thread.sleep(duration.toMillis());
        }
      };

  /** Milliseconds since some moment. */
  long millis();

  /** Waits so long. */
  void pause(Duration duration) throws InterruptedException;
}

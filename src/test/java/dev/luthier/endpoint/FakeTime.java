package dev.luthier.endpoint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only by waiting. */
final class FakeTime implements Time {
  private final List<Long> pauses = new ArrayList<>();
  private long now;

  @Override
  public synchronized long millis() {
    return now;
  }

  @Override
  public synchronized void pause(Duration duration) {
    now += duration.toMillis();
    if (!duration.isZero()) {
      pauses.add(duration.toMillis());
    }
  }

  /** What was waited for, in milliseconds. */
  synchronized List<Long> pauses() {
    return List.copyOf(pauses);
  }
}

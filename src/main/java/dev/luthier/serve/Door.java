package dev.luthier.serve;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets in as many requests as there may be, and none once the server is to stop. */
final class Door {
  private static final int LATER = 2;

  private final int most;
  private final Semaphore places;
  private volatile boolean shut;

  Door(int most) {
    this.most = most;
    this.places = new Semaphore(most, true);
  }

  /** A request that is inside until this is closed. */
  @FunctionalInterface
  interface Inside extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * @throws ApiError 429 where there are too many, 503 where the server stops
   */
  Inside enter() {
    if (shut) {
      throw ApiError.later(503, "stopping", LATER, "the server is about to stop");
    }
    if (!places.tryAcquire()) {
      throw ApiError.later(
          429, "too_many_requests", LATER, "%d requests are being answered".formatted(most));
    }
    return places::release;
  }

  boolean isShut() {
    return shut;
  }

  /** How many are inside. */
  int inside() {
    return most - places.availablePermits();
  }

  /**
   * Lets nobody in any more and waits until all have left.
   *
   * @return whether they have
   */
  boolean shut(double seconds) {
    shut = true;
    try {
      return places.tryAcquire(most, (long) (seconds * 1000), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

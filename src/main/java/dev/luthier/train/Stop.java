package dev.luthier.train;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Turns SIGINT and SIGTERM into a wish to stop: the process then waits, up to a minute, until the
 * run has saved itself. Open one around a run.
 */
public final class Stop implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private final AtomicBoolean wished = new AtomicBoolean();
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::wishAndWait, "stop");

  public Stop() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void wishAndWait() {
    wished.set(true);
    try {
      boolean saved = done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!saved) {
        System.err.println("the run did not stop in time; its last checkpoint holds");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks the run to stop after the step it is in. */
  public void wish() {
    wished.set(true);
  }

  public boolean wished() {
    return wished.get();
  }

  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // The hook is what brought us here.
      return;
    }
  }
}

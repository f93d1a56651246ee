package dev.luthier.serve;

import dev.luthier.rollout.OpenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that models compute in. Others leave work with it; between two steps of its
 * batches it does what came. Each batch has weights of its own, and takes its turn.
 */
final class Engine implements AutoCloseable {
  /** Why answers have no end when the server stops. */
  static final String STOPS = "the server stops";

  private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
  private final List<OpenBatch> batches = new ArrayList<>(); // of the engine's thread alone
  private final Consumer<String> err;
  private final Thread thread = new Thread(this::loop, "engine");
  private volatile boolean closed;
  private volatile int running;
  private volatile long bytes;

  /**
   * @param err hears of faults, one line each
   */
  Engine(Consumer<String> err) {
    this.err = err;
    thread.setDaemon(true);
    thread.start();
  }

  /** Leaves work; it is done between two steps. */
  void post(Runnable work) {
    inbox.add(work);
  }

  /** Has work done and waits for what comes of it. */
  <T> T call(Callable<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    post(
        () -> {
          try {
            done.complete(work.call());
          } catch (Exception | Error e) { // whoever waits is told
            done.completeExceptionally(e);
          }
        });
    while (true) {
      try {
        return done.get(1, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        if (!alive() && !done.isDone()) {
          throw new IllegalStateException("the engine has ended", e);
        }
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException cause
            ? cause
            : new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("the engine was not waited for", e);
      }
    }
  }

  /** Takes a batch among those that take turns; called in the engine's thread. */
  void join(OpenBatch batch) {
    batches.add(batch);
  }

  /** The opposite of {@link #join}; whoever owns the batch closes it. */
  void leave(OpenBatch batch) {
    batches.remove(batch);
  }

  /** How many sequences are being written. */
  int running() {
    return running;
  }

  /** What keys and values take, in bytes. */
  long bytes() {
    return bytes;
  }

  /** Whether its thread is there to work. */
  boolean alive() {
    return thread.isAlive();
  }

  private void loop() {
    while (!closed) {
      try {
        work();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | Error e) { // such as no memory: what ran cannot go on
        err.accept("the engine met " + e);
        batches.forEach(b -> b.end(new IllegalStateException("the engine failed", e)));
      }
    }
  }

  private void work() throws InterruptedException {
    boolean idle = batches.stream().allMatch(OpenBatch::idle);
    @Nullable Runnable next = idle ? inbox.take() : inbox.poll();
    for (; next != null; next = inbox.poll()) {
      next.run();
    }
    for (OpenBatch batch : List.copyOf(batches)) {
      if (!batch.idle()) {
        batch.step();
      }
    }
    running = batches.stream().mapToInt(OpenBatch::running).sum();
    bytes = batches.stream().mapToLong(OpenBatch::bytes).sum();
  }

  /** Ends all that is being written; whoever reads is told. */
  void end() {
    post(() -> batches.forEach(b -> b.end(new IllegalStateException(STOPS))));
  }

  /** Ends all that is being written, and the thread. */
  @Override
  public void close() {
    end();
    post(() -> closed = true);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

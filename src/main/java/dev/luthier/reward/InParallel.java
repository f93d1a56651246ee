package dev.luthier.reward;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Waits for several things at once. */
final class InParallel {
  private InParallel() {}

  /**
   * What each becomes, in their order.
   *
   * @param atOnce how many are waited for at most
   * @throws RuntimeException of the first that failed; the others are broken off
   */
  static <T, R> List<R> map(List<T> items, int atOnce, Function<T, R> each) {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.max(1, Math.min(atOnce, items.size())),
            run -> {
              Thread thread = new Thread(run, "reward");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<R>> waiting =
          items.stream().map(item -> threads.submit(() -> each.apply(item))).toList();
      List<R> out = new ArrayList<>();
      for (Future<R> one : waiting) {
        out.add(one.get());
      }
      return out;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("broken off while rewards were waited for", e);
    } finally {
      threads.shutdownNow();
    }
  }
}

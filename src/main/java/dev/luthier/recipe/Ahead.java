package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Rollouts one step ahead of learning, as in one-step off-policy training (Noukhovitch et al. 2024,
 * https://arxiv.org/abs/2410.18252): while the policy learns from rollout k, another thread has the
 * prompts of rollout k + 1 answered by the policy as it was when learning from k began. So rollout
 * k is written by pi_(k-1), the first one by pi_0 as ever; the ratio pi / pi_(k-1) corrects for it.
 *
 * <p>What came of a rollout is noted when it is taken over, and what it is written by moves only
 * then, so nothing hangs on how fast either thread is. A checkpoint holds what the next rollout is
 * written by; a run that goes on has it written again, to the same answers.
 */
final class Ahead implements RolloutSource {
  private record Coming(long index, Future<Written> written) {}

  private final RolloutSource drawing;
  private final Still still;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "rollouts");
            thread.setDaemon(true);
            return thread;
          });
  private @Nullable Coming coming;

  /**
   * @param drawing has prompts answered by what stands still
   */
  Ahead(RolloutSource drawing, Still still) {
    this.drawing = drawing;
    this.still = still;
  }

  @Override
  public Written of(long index, List<PromptRow> prompts) {
    Coming own = coming;
    coming = null;
    Future<Written> written =
        own != null && own.index() == index ? own.written() : begun(index, prompts);
    try {
      return written.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known; // no weight has moved since the last step
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while answers were written", e);
    }
  }

  private Future<Written> begun(long index, List<PromptRow> prompts) {
    still.settle();
    return thread.submit(
        () -> {
          try (Scope scope = new Scope()) {
            still.ready();
            return drawing.of(index, prompts);
          }
        });
  }

  @Override
  public void learning(boolean amid, long index, List<PromptRow> next) {
    if (!amid) {
      still.catchUp(index); // nobody reads it now
    }
    if (!next.isEmpty()) {
      coming = new Coming(index, begun(index, next));
    }
  }

  @Override
  public Course course() {
    return still;
  }

  /** Waits for what is being written, which nobody wants any more. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      while (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
        // it reads memory that is freed next
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    still.close();
    drawing.close();
  }
}

package dev.luthier.io;

import java.io.Serial;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Asks a service again where it failed in a way that may pass: later and later, or when it asks to.
 *
 * @param attempts at most, the first among them
 * @param first pause; each next one is twice as long, up to {@code longest}
 * @param most the longest pause that a service may ask for
 * @param pause waits
 * @param notes hears of every failure that is waited out
 */
public record Retries(
    int attempts,
    Duration first,
    Duration longest,
    Duration most,
    Pause pause,
    Consumer<String> notes) {
  /** Something that may have to be done again. */
  public interface Attempt<T> {
    T run() throws ServiceCut, InterruptedException;
  }

  /** Waits. */
  public interface Pause {
    void of(Duration duration) throws InterruptedException;
  }

  /** The last attempt failed, too. */
  public static final class GaveUp extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final int attempts;
    private final ServiceCut cut;
    private final boolean late;

    private GaveUp(int attempts, ServiceCut cut, boolean late) {
      super(cut);
      this.attempts = attempts;
      this.cut = cut;
      this.late = late;
    }

    public int attempts() {
      return attempts;
    }

    public ServiceCut cut() {
      return cut;
    }

    /** The pause that the service asks for, where that is too long. */
    public Optional<Duration> tooLong() {
      return late ? cut.askedPause() : Optional.empty();
    }
  }

  /** What an attempt gives that succeeds. */
  public <T> T run(Attempt<T> attempt) throws GaveUp, InterruptedException {
    Duration next = first;
    for (int failed = 1; ; failed++) {
      try {
        return attempt.run();
      } catch (ServiceCut cut) {
        Duration wait = cut.askedPause().orElse(next);
        boolean late = cut.askedPause().isPresent() && wait.compareTo(most) > 0;
        if (failed == attempts || late) {
          throw new GaveUp(failed, cut, late);
        }
        notes.accept(
            "%s; attempt %d of %d in %d s"
                .formatted(cut.getMessage(), failed + 1, attempts, wait.toSeconds()));
        pause.of(wait);
        next = next.multipliedBy(2).compareTo(longest) > 0 ? longest : next.multipliedBy(2);
      }
    }
  }
}

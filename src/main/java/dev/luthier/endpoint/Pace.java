package dev.luthier.endpoint;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Says when a request may go, so that no 60 seconds see more requests or tokens than allowed. Those
 * who ask get their turns in the order in which they asked. Safe for several threads.
 */
final class Pace {
  private static final long WINDOW = 60_000;

  /** A turn. */
  static final class Turn {
    private final long at;
    private final Duration pause;
    private long tokens;

    private Turn(long at, Duration pause, long tokens) {
      this.at = at;
      this.pause = pause;
      this.tokens = tokens;
    }

    /** How long to wait for it. */
    Duration pause() {
      return pause;
    }
  }

  private final Limits limits;
  private final Time time;
  private final Deque<Turn> turns = new ArrayDeque<>(); // by time, some still to come

  Pace(Limits limits, Time time) {
    this.limits = limits;
    this.time = time;
  }

  /**
   * The next turn.
   *
   * @param tokens that the request will take, as far as known
   */
  synchronized Turn next(long tokens) {
    long now = time.millis();
    turns.removeIf(t -> t.at <= now - WINDOW);
    long at = turns.isEmpty() ? now : Math.max(now, turns.getLast().at);
    while (!fits(at, tokens)) {
      long until = at;
      at = turns.stream().mapToLong(t -> t.at + WINDOW).filter(end -> end > until).min().orElse(at);
    }
    Turn out = new Turn(at, Duration.ofMillis(at - now), tokens);
    turns.addLast(out);
    return out;
  }

  /** What the request took in truth. */
  synchronized void tell(Turn turn, long tokens) {
    turn.tokens = tokens;
  }

  private boolean fits(long at, long tokens) {
    long requests = 0;
    long sum = 0;
    for (Turn turn : turns) {
      if (turn.at > at - WINDOW) {
        requests++;
        sum += turn.tokens;
      }
    }
    long most = limits.tokensPerMinute().orElse(Integer.MAX_VALUE);
    boolean alone = requests == 0; // one that is larger than all that is allowed goes by itself
    return alone
        || requests < limits.requestsPerMinute().orElse(Integer.MAX_VALUE) && sum + tokens <= most;
  }
}

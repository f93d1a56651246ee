package dev.luthier.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Asks within an endpoint's limits, and again where it fails: after 1 s, 2 s, 4 s and so on to 60
 * s, or when it asks to.
 *
 * @param notes hears of every failure that is waited out
 */
record Patience(Endpoint endpoint, ChatHttp http, Time time, Pace pace, Consumer<String> notes) {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final Duration MOST = Duration.ofMinutes(10);

  /**
   * The body of a reply.
   *
   * @throws UncheckedIOException after the last attempt
   */
  JsonNode ask(EndpointRequest<?> request) {
    Duration next = FIRST;
    try {
      for (int failed = 1; ; failed++) {
        Pace.Turn turn = pace.next(request.estimate());
        time.pause(turn.pause());
        try {
          JsonNode body = http.post(request);
          request
              .read(body)
              .filter(reply -> reply.in() + reply.out() > 0)
              .ifPresent(reply -> pace.tell(turn, reply.in() + reply.out()));
          return body;
        } catch (EndpointCut cut) {
          Duration wait = cut.askedPause().orElse(next);
          if (failed == endpoint.attempts() || wait.compareTo(MOST) > 0) {
            throw gone(cut, failed, wait);
          }
          notes.accept(
              "%s; attempt %d of %d in %d s"
                  .formatted(
                      cut.getMessage(), failed + 1, endpoint.attempts(), wait.toMillis() / 1000));
          time.pause(wait);
          next = next.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : next.multipliedBy(2);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking", e);
    }
  }

  private static UncheckedIOException gone(EndpointCut cut, int failed, Duration wait) {
    String asked =
        wait.compareTo(MOST) > 0
            ? "; it asks to come back in %d s".formatted(wait.toSeconds())
            : failed == 1 ? "" : " (%d attempts)".formatted(failed);
    return new UncheckedIOException(
        cut.getMessage() + asked + "; what was answered is kept, the same command goes on", cut);
  }
}

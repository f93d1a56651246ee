package dev.luthier.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.io.Retries;
import dev.luthier.io.ServiceCut;
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
    try {
      return new Retries(endpoint.attempts(), FIRST, LONGEST, MOST, time::pause, notes)
          .run(() -> once(request));
    } catch (Retries.GaveUp end) {
      throw gone(end);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking", e);
    }
  }

  private JsonNode once(EndpointRequest<?> request) throws ServiceCut, InterruptedException {
    Pace.Turn turn = pace.next(request.estimate());
    time.pause(turn.pause());
    JsonNode body = http.post(request);
    request
        .read(body)
        .filter(reply -> reply.in() + reply.out() > 0)
        .ifPresent(reply -> pace.tell(turn, reply.in() + reply.out()));
    return body;
  }

  private static UncheckedIOException gone(Retries.GaveUp end) {
    String asked =
        end.tooLong()
            .map(wait -> "; it asks to come back in %d s".formatted(wait.toSeconds()))
            .orElse(end.attempts() == 1 ? "" : " (%d attempts)".formatted(end.attempts()));
    return new UncheckedIOException(
        end.cut().getMessage() + asked + "; what was answered is kept, the same command goes on",
        end.cut());
  }
}

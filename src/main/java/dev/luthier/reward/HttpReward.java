package dev.luthier.reward;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import dev.failsafe.Timeout;
import dev.failsafe.TimeoutExceededException;
import dev.luthier.error.UserError;
import dev.luthier.io.RetryAfter;
import java.io.IOException;
import java.io.Serial;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A service that scores, given by its address. What passes (a connection that breaks, no answer in
 * time, status 408, 429 and 5xx) is tried again, later and later, or when the service says; what
 * does not pass is one line, and no answer ever gets a score that did not come.
 *
 * @see HttpAnswer what is sent and what is to come back
 */
public final class HttpReward implements Reward {
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration LONGEST_ASKED = Duration.ofMinutes(5);

  /**
   * How a service is asked.
   *
   * @param timeout until a whole answer is there
   * @param retries after the first attempt
   * @param pause before the first of them; each next one is twice as long, up to half a minute
   * @param batch answers in a request
   * @param atOnce requests at the same time
   */
  public record Manner(Duration timeout, int retries, Duration pause, int batch, int atOnce) {}

  private final URI url;
  private final Manner manner;
  private final Optional<String> token;
  private final HttpClient http;
  private final RetryPolicy<String> again;

  /**
   * @param token sent as {@code Authorization: Bearer ...}
   */
  public HttpReward(URI url, Manner manner, Optional<String> token) {
    this.url = url;
    this.manner = manner;
    this.token = token;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(manner.timeout())
            .build();
    Duration longest =
        LONGEST.compareTo(manner.pause()) > 0 ? LONGEST : manner.pause().plusMillis(1);
    this.again =
        RetryPolicy.<String>builder()
            .handle(Passing.class, IOException.class, TimeoutExceededException.class)
            .withMaxRetries(manner.retries())
            .withBackoff(manner.pause(), longest)
            .withDelayFnOn(context -> ((Passing) context.getLastException()).asked, Passing.class)
            .build();
  }

  @Override
  public List<Score> of(List<Asked> answers) {
    List<List<Asked>> requests = new ArrayList<>();
    for (int from = 0; from < answers.size(); from += manner.batch()) {
      requests.add(answers.subList(from, Math.min(answers.size(), from + manner.batch())));
    }
    return InParallel.map(requests, manner.atOnce(), this::scored).stream()
        .flatMap(List::stream)
        .toList();
  }

  private List<Score> scored(List<Asked> answers) {
    return HttpAnswer.scores(url.toString(), sent(HttpAnswer.question(answers)), answers);
  }

  /** Asks about an empty answer to one prompt: whether somebody is there who understands. */
  @Override
  public void check(List<Asked> rows) {
    rows.stream().findFirst().ifPresent(row -> scored(List.of(row)));
  }

  private String sent(byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .header("User-Agent", "luthier")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    Timeout<String> limit = Timeout.<String>builder(manner.timeout()).withInterrupt().build();
    try {
      return Failsafe.with(again, limit).get(() -> attempt(request.build()));
    } catch (FailsafeException e) {
      throw gaveUp(
          e instanceof TimeoutExceededException || e.getCause() == null ? e : e.getCause());
    }
  }

  private String attempt(HttpRequest request) throws IOException, InterruptedException, Passing {
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    int status = response.statusCode();
    if (status == 200) {
      return response.body();
    }
    String said =
        "answers with status %d and %s".formatted(status, HttpAnswer.quoted(response.body()));
    if (status == 408 || status == 429 || status >= 500) {
      throw new Passing(said, RetryAfter.of(response.headers()).map(HttpReward::atMost));
    }
    String remedy =
        status == 401 || status == 403
            ? "; http.token_env names the variable with a token that it takes"
            : "; it must answer a POST with status 200";
    throw new UserError("%s %s%s".formatted(url, said, remedy));
  }

  /** A service that asks for more may say so again. */
  private static Duration atMost(Duration asked) {
    return asked.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : asked;
  }

  private UserError gaveUp(Throwable last) {
    String what = "breaks the connection off";
    if (last instanceof TimeoutExceededException) {
      what = "does not answer within %s s".formatted(manner.timeout().toMillis() / 1e3);
    } else if (last instanceof ConnectException) {
      what = "cannot be reached";
    } else if (last instanceof Passing passing) {
      what = String.valueOf(passing.getMessage());
    }
    return new UserError(
        "%s %s (%d attempts); see that it runs, or give it more time: http.timeout, http.retries"
            .formatted(url, what, manner.retries() + 1),
        last);
  }

  /** A refusal that may pass. */
  private static final class Passing extends Exception {
    @Serial private static final long serialVersionUID = 1;
    private final transient Duration asked; // below 0: none

    Passing(String message, Optional<Duration> asked) {
      super(message);
      this.asked = asked.orElse(Duration.ofMillis(-1));
    }
  }
}

package dev.luthier.reward;

import dev.luthier.error.UserError;
import dev.luthier.io.Retries;
import dev.luthier.io.RetryAfter;
import dev.luthier.io.ServiceCut;
import dev.luthier.io.WholeAnswer;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

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
  private final Retries retries;

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
    Duration longest = LONGEST.compareTo(manner.pause()) > 0 ? LONGEST : manner.pause();
    this.retries =
        new Retries(
            manner.retries() + 1,
            manner.pause(),
            longest,
            LONGEST_ASKED,
            pause -> Thread.sleep(pause.toMillis()),
            note -> {});
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
    try {
      return retries.run(() -> attempt(request.build()));
    } catch (Retries.GaveUp end) {
      throw new UserError(
          "%s %s (%d attempts); see that it runs, or give it more time: http.timeout, http.retries"
              .formatted(url, end.cut().getMessage(), end.attempts()),
          end.cut());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking " + url, e);
    }
  }

  private String attempt(HttpRequest request) throws ServiceCut, InterruptedException {
    HttpResponse<String> response = answer(request);
    int status = response.statusCode();
    if (status == 200) {
      return response.body();
    }
    String said =
        "answers with status %d and %s".formatted(status, HttpAnswer.quoted(response.body()));
    if (status == 408 || status == 429 || status >= 500) {
      throw new ServiceCut(said, RetryAfter.of(response.headers()).map(HttpReward::atMost));
    }
    String remedy =
        status == 401 || status == 403
            ? "; http.token_env names the variable with a token that it takes"
            : "; it must answer a POST with status 200";
    throw new UserError("%s %s%s".formatted(url, said, remedy));
  }

  private HttpResponse<String> answer(HttpRequest request) throws ServiceCut, InterruptedException {
    try {
      return WholeAnswer.of(http, request, manner.timeout());
    } catch (TimeoutException e) {
      throw new ServiceCut(
          "does not answer within %s s".formatted(manner.timeout().toMillis() / 1e3), e);
    } catch (ExecutionException e) {
      boolean absent = e.getCause() instanceof ConnectException;
      throw new ServiceCut(absent ? "cannot be reached" : "breaks the connection off", e);
    }
  }

  /** A service that asks for more may say so again. */
  private static Duration atMost(Duration asked) {
    return asked.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : asked;
  }
}

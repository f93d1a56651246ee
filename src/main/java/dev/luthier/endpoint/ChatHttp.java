package dev.luthier.endpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.io.RetryAfter;
import dev.luthier.io.ServiceCut;
import dev.luthier.io.WholeAnswer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One request to an endpoint, once. */
final class ChatHttp {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Statuses that may pass, beside all from 500 on: timeout, conflict, too early, too many. */
  private static final Set<Integer> PASSING = Set.of(408, 409, 425, 429);

  private static final int QUOTED = 160;

  private final Endpoint endpoint;
  private final Optional<String> key;
  private final HttpClient http;

  ChatHttp(Endpoint endpoint, Optional<String> key) {
    this.endpoint = endpoint;
    this.key = key;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER) // the key goes nowhere else
            .connectTimeout(timeout())
            .build();
  }

  private Duration timeout() {
    return Duration.ofMillis(Math.max(1, (long) (endpoint.timeout() * 1000)));
  }

  /**
   * The body of the reply.
   *
   * @throws ServiceCut if it failed in a way that may pass
   * @throws UserError if the endpoint refuses the request, so that asking again helps nothing
   */
  JsonNode post(EndpointRequest<?> asked) throws ServiceCut, InterruptedException {
    String body = asked.json(endpoint.model());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint.at(asked.path()))
            .header("Content-Type", "application/json")
            .header("User-Agent", "luthier")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    key.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    HttpResponse<String> response = send(request.build());
    int status = response.statusCode();
    if (status == 200) {
      return reply(asked, response.body());
    }
    String said = "%s answers with status %d%s".formatted(host(), status, reason(response.body()));
    if (PASSING.contains(status) || status >= 500) {
      throw new ServiceCut(said, RetryAfter.of(response.headers()));
    }
    throw new UserError(said + remedy(status, response.body()));
  }

  private HttpResponse<String> send(HttpRequest request) throws ServiceCut, InterruptedException {
    try {
      return WholeAnswer.of(http, request, timeout());
    } catch (TimeoutException e) {
      throw new ServiceCut("%s gives no answer in %s s".formatted(host(), endpoint.timeout()), e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new ServiceCut(
          "%s cannot be reached (%s)".formatted(host(), UserError.reason(cause)), cause);
    }
  }

  private JsonNode reply(EndpointRequest<?> asked, String body) throws ServiceCut {
    try {
      JsonNode json = asked.parsed(body);
      if (asked.read(json).isPresent()) {
        return json;
      }
    } catch (JsonProcessingException e) {
      throw new ServiceCut("%s answers with no JSON: %s".formatted(host(), quoted(body)), e);
    }
    throw new ServiceCut(
        "%s answers without %s: %s".formatted(host(), asked.needed(), quoted(body)),
        Optional.empty());
  }

  private String remedy(int status, String body) {
    if (status == 401 || status == 403) {
      return "; the key is that of %s"
          .formatted(
              endpoint.key().map(k -> "the environment's " + k).orElse("nobody: set endpoint.key"));
    }
    if (status == 404) {
      return "; look at endpoint.url and endpoint.model (%s)".formatted(endpoint.model());
    }
    return body.contains("logprobs") ? "; set logprobs: false to do without" : "";
  }

  /** What an error's body says. */
  private static String reason(String body) {
    try {
      JsonNode error = JSON.readTree(body).path("error");
      String text = error.isTextual() ? error.asText() : error.path("message").asText("");
      return text.isBlank() ? "" : ": " + quoted(text);
    } catch (JsonProcessingException e) {
      return "";
    }
  }

  private static String quoted(@Nullable String text) {
    String line = text == null ? "" : text.replaceAll("\\s+", " ").strip();
    return line.length() <= QUOTED ? line : line.substring(0, QUOTED) + "...";
  }

  private String host() {
    return endpoint.host();
  }
}

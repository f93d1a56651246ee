package dev.luthier.io;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Flow;

/**
 * HTTP with a hub. Redirects are followed here, so that the token goes to the hub alone: never to
 * another host or port, such as the network that delivers the large files.
 */
final class HubHttp {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final int HOPS = 10;
  private static final int SMALL = 1 << 20;

  /** Looks at the headers of every answer of the hub itself. */
  interface Check {
    void of(int status, HttpHeaders headers) throws HubWrong;
  }

  /**
   * An answer of status 200 or 206.
   *
   * @param uri who sent it, after redirects
   */
  record Answer(int status, HttpHeaders headers, HubBody body, URI uri) implements AutoCloseable {
    @Override
    public void close() {
      body.close();
    }
  }

  private final HubSettings settings;
  private final HubErrors errors;
  private final HttpClient http;

  HubHttp(HubSettings settings) {
    this.settings = settings;
    this.errors = new HubErrors(settings);
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1) // a connection for each file
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.metadataTimeout())
            .build();
  }

  /**
   * Asks, and follows redirects.
   *
   * @param from the first byte that is wanted
   * @param timeout until the headers come, and for every piece of the body
   * @throws HubCut what may pass
   */
  Answer get(HubName name, URI first, long from, Duration timeout, Check check)
      throws HubCut, HubWrong, InterruptedException {
    URI uri = first;
    for (int hop = 0; hop <= HOPS; hop++) {
      HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = send(uri, from, timeout);
      int status = response.statusCode();
      HttpHeaders headers = response.headers();
      HubBody body = HubBody.of(response.body(), uri.getHost(), timeout);
      boolean good = false;
      try {
        if (isHub(uri) && (status < 300 || REDIRECTS.contains(status))) {
          check.of(status, headers);
        }
        if (status == 200 || status == 206) {
          good = true;
          return new Answer(status, headers, body, uri);
        }
        if (!REDIRECTS.contains(status)) {
          if (isHub(uri)) {
            throw errors.refusal(name, status, headers);
          }
          throw HubErrors.passing(uri.getHost(), status, headers); // such as a link that ran out
        }
        body.all(SMALL); // leaves the connection for the next question
        uri = target(uri, headers);
      } finally {
        if (!good) {
          body.close();
        }
      }
    }
    throw new HubWrong("%s: %s redirects without an end".formatted(name, first.getHost()));
  }

  private HttpResponse<Flow.Publisher<List<ByteBuffer>>> send(URI uri, long from, Duration timeout)
      throws HubCut, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .header("User-Agent", "luthier")
            .header("Accept-Encoding", "identity"); // sizes and ranges are of the file itself
    if (from > 0) {
      request.header("Range", "bytes=%d-".formatted(from));
    }
    if (isHub(uri)) {
      settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    }
    try {
      return http.send(request.build(), BodyHandlers.ofPublisher());
    } catch (HttpTimeoutException e) {
      throw new HubCut(
          "%s does not answer within %d s".formatted(uri.getHost(), timeout.toSeconds()), e);
    } catch (ConnectException e) {
      throw new HubCut("cannot reach " + uri.getHost(), e);
    } catch (IOException e) {
      throw new HubCut(uri.getHost() + " broke the connection off", e);
    }
  }

  private static URI target(URI from, HttpHeaders headers) throws HubWrong {
    String location = headers.firstValue("Location").orElse("");
    try {
      URI to = from.resolve(location);
      boolean weaker = "https".equals(from.getScheme()) && !"https".equals(to.getScheme());
      if (to.getHost() != null && !weaker && String.valueOf(to.getScheme()).matches("https?")) {
        return to;
      }
    } catch (IllegalArgumentException e) {
      throw new HubWrong("%s redirects to no address".formatted(from.getHost()));
    }
    throw new HubWrong("%s redirects to %s".formatted(from.getHost(), location.split("[?#]")[0]));
  }

  private boolean isHub(URI uri) {
    return origin(uri).equals(origin(settings.endpoint()));
  }

  private static String origin(URI uri) {
    int usual = "https".equals(uri.getScheme()) ? 443 : 80;
    return "%s://%s:%d"
        .formatted(uri.getScheme(), uri.getHost(), uri.getPort() < 0 ? usual : uri.getPort())
        .toLowerCase(Locale.ROOT);
  }
}

package dev.luthier.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may ask, how much, and what errors look like: a real server on loopback. */
class WebTest {
  private static final Limits SMALL = new Limits(8, 2, 16, 4, 2, 100, 5, 1, 1);

  private final List<String> log = new ArrayList<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final CountDownLatch let = new CountDownLatch(1);
  private Web web = start(Optional.empty(), List.of());

  private Web start(Optional<String> tokenEnv, List<String> origins) {
    HttpSpec spec = new HttpSpec("127.0.0.1", 0, tokenEnv, origins, SMALL);
    Body body = new Body(SMALL.bodyBytes(), SMALL.idleSeconds());
    return Web.start(
        spec,
        List.of(
            routes -> {
              routes.get("/health", ctx -> Json.reply(ctx, 200, List.of()));
              routes.get("/secret", ctx -> Json.reply(ctx, 200, List.of("seen")));
              routes.get(
                  "/broken",
                  ctx -> {
                    throw new IllegalStateException("inner detail");
                  });
              routes.get("/endless", this::endless);
              routes.post("/echo", ctx -> Json.reply(ctx, 200, body.json(ctx)));
            }),
        log::add);
  }

  /** Writes until the client is let go. */
  private void endless(Context ctx) throws IOException {
    try {
      while (true) {
        ctx.outputStream().write(new byte[1 << 16]);
      }
    } catch (IOException e) {
      let.countDown();
    }
  }

  /** PATH is set wherever tests run: its value is the token. */
  private void restart(Optional<String> tokenEnv, List<String> origins) {
    web.close();
    web = start(tokenEnv, origins);
  }

  @BeforeEach
  void clear() {
    log.clear();
  }

  @AfterEach
  void stop() {
    web.close();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  private HttpResponse<String> post(String body, String type) throws Exception {
    return send(
        HttpRequest.newBuilder(uri("/echo"))
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + web.port() + path);
  }

  /** What the server answers to bytes that no client library would send. */
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", web.port())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void offLoopbackATokenIsDemanded() {
    assertThatThrownBy(() -> new HttpSpec("0.0.0.0", 0, Optional.empty(), List.of(), SMALL))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("0.0.0.0 is reached from outside, so a token is demanded")
        .hasMessageContaining("http.token_env");
    assertThatThrownBy(() -> restart(Optional.of("LUTHIER_NO_SUCH_VARIABLE"), List.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("LUTHIER_NO_SUCH_VARIABLE");
  }

  @Test
  void onlyTheTokenOpens() throws Exception {
    restart(Optional.of("PATH"), List.of());
    String token = System.getenv("PATH");
    assertThat(get("/health").statusCode()).isEqualTo(200);
    HttpResponse<String> none = get("/secret");
    assertThat(none.statusCode()).isEqualTo(401);
    assertThat(none.body()).contains("\"type\":\"authentication_error\"", "invalid_api_key");
    assertThat(none.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    for (String wrong : List.of("Bearer x", "Bearer " + token + "x", "Basic " + token, token)) {
      assertThat(get("/secret", "Authorization", wrong).statusCode()).isEqualTo(401);
    }
    assertThat(get("/no/such/path").statusCode()).isEqualTo(401);
    assertThat(get("/secret", "Authorization", "Bearer " + token).body()).isEqualTo("[\"seen\"]");
  }

  @Test
  void aTokenWithoutWhichTheServerStandsOnLoopbackIsForItsOwnNamesOnly() throws Exception {
    String asked = "GET /secret HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n";
    assertThat(raw(asked.formatted("evil.example:" + web.port()))).startsWith("HTTP/1.1 403");
    assertThat(raw(asked.formatted("localhost:" + web.port()))).startsWith("HTTP/1.1 200");
    assertThat(raw(asked.formatted("127.0.0.1"))).startsWith("HTTP/1.1 200");
  }

  @Test
  void pagesOfOtherOriginsAreRefusedUnlessTheyAreListed() throws Exception {
    assertThat(raw(cross("https://evil.example"))).startsWith("HTTP/1.1 403");
    restart(Optional.empty(), List.of("https://chat.example"));
    assertThat(raw(cross("https://evil.example"))).startsWith("HTTP/1.1 403");
    assertThat(raw(cross("null"))).startsWith("HTTP/1.1 403");
    assertThat(raw(cross("https://chat.example")))
        .startsWith("HTTP/1.1 200")
        .contains("Access-Control-Allow-Origin: https://chat.example");
    assertThat(raw(cross("http://127.0.0.1:" + web.port()))).startsWith("HTTP/1.1 200");
  }

  private String cross(String origin) {
    return "GET /secret HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: %s\r\nConnection: close\r\n\r\n"
        .formatted(web.port(), origin);
  }

  @Test
  void aBrowserIsToldWhatItMaySendAndNeedsNoTokenToAsk() throws Exception {
    restart(Optional.of("PATH"), List.of("https://chat.example"));
    String asked =
        ("OPTIONS /secret HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: %s\r\n"
            + "Access-Control-Request-Method: POST\r\nConnection: close\r\n\r\n");
    assertThat(raw(asked.formatted("https://chat.example")))
        .startsWith("HTTP/1.1 204")
        .contains("Access-Control-Allow-Headers: Authorization");
    assertThat(raw(asked.formatted("https://evil.example"))).startsWith("HTTP/1.1 403");
  }

  @Test
  void bodiesThatAreTooLargeOrBrokenAreRefused() throws Exception {
    assertThat(post("{\"a\": 1}", "application/json").body()).isEqualTo("{\"a\":1}");
    assertThat(post("{\"a\": \"" + "x".repeat(200) + "\"}", "application/json").statusCode())
        .isEqualTo(413);
    assertThat(post("{\"a\": 1}", "text/plain").statusCode()).isEqualTo(415);
    for (String broken :
        List.of("", "{", "[1]", "{\"a\": 1, \"a\": 2}", "{} {}", "\u0000", "[".repeat(90))) {
      HttpResponse<String> reply = post(broken, "application/json");
      assertThat(reply.statusCode()).as(broken).isEqualTo(400);
      assertThat(reply.body()).contains("\"error\"", "invalid_json");
    }
    String many = "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n";
    String chunk = "32\r\n" + "x".repeat(0x32) + "\r\n";
    assertThat(raw(many + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(3) + "0\r\n\r\n"))
        .startsWith("HTTP/1.1 413");
    assertThat(raw("GET / HTTP/9.9\r\nno header\r\n\r\n")).startsWith("HTTP/1.1 505");
  }

  @Test
  void aBodyThatDoesNotComeEndsTheRequest() throws Exception {
    assertThat(
            raw(
                "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 50\r\n\r\n{"))
        .startsWith("HTTP/1.1 408");
  }

  /** It is let go after a second in which nothing could be written; others are served meanwhile. */
  @Test
  void aClientThatDoesNotReadIsLetGo() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", web.port())) {
      socket
          .getOutputStream()
          .write(
              "GET /endless HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      assertThat(get("/health").statusCode()).isEqualTo(200);
      assertThat(let.await(2, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  void whatIsNotThereAndWhatFailsAreSaidInOneForm() throws Exception {
    assertThat(get("/no/such/path").body())
        .isEqualTo(
            "{\"error\":{\"message\":\"there is no GET /no/such/path\","
                + "\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"not_found\"}}");
    HttpResponse<String> broken = get("/broken");
    assertThat(broken.statusCode()).isEqualTo(500);
    assertThat(broken.body()).contains("internal_error").doesNotContain("inner detail");
    assertThat(log).hasSize(1).first().asString().contains("inner detail");
    assertThat(get("/%2e%2e/%2e%2e/etc/passwd").statusCode()).isBetween(400, 404);
    assertThat(
            raw("GET /../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"))
        .containsPattern("HTTP/1.1 4\\d\\d");
  }

  @Test
  void aPortThatIsTakenIsSaidInOneLine() {
    HttpSpec same =
        new HttpSpec("127.0.0.1", web.port(), Optional.empty(), List.of(), Limits.USUAL);
    assertThatThrownBy(() -> Web.start(same, List.of(), log::add))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + web.port());
  }
}

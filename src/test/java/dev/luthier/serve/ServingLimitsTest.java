package dev.luthier.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with one place: who must wait, who is turned away, and how it stops. */
class ServingLimitsTest {
  @TempDir private Path dir;
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** One row, nobody waits, 300 s for an answer, 0 s to end when it stops. */
  private Serving start() throws IOException {
    Limits limits = new Limits(900, 1, 64, 8, 0, 1 << 16, 300, 30, 0);
    return Serving.start(
        new TestHome(dir).recipe(new HttpSpec("127.0.0.1", 0, Optional.empty(), List.of(), limits)),
        log::add);
  }

  private HttpRequest asked(Serving serving, String more) {
    return HttpRequest.newBuilder(URI.create(serving.address() + "/v1/completions"))
        .header("Content-Type", "application/json")
        .POST(
            HttpRequest.BodyPublishers.ofString(
                "{\"model\":\"tiny-base\",\"prompt\":\"Once\",\"temperature\":0%s}"
                    .formatted(more)))
        .build();
  }

  private String get(Serving serving, String path) throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(URI.create(serving.address() + path)).build(),
            BodyHandlers.ofString())
        .body();
  }

  @Test
  void whoeverFindsNoPlaceIsToldWhenToComeAgainAndWhoeverLeavesGivesItBack() throws Exception {
    try (Serving serving = start()) {
      HttpResponse<InputStream> first =
          client.send(
              asked(serving, ",\"stream\":true,\"max_tokens\":900"), BodyHandlers.ofInputStream());
      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(first.headers().firstValue("Luthier-Version")).contains("v0000");
      HttpResponse<String> second = client.send(asked(serving, ""), BodyHandlers.ofString());
      assertThat(second.statusCode()).isEqualTo(429);
      assertThat(second.headers().firstValue("Retry-After")).contains("1");
      assertThat(second.body()).contains("rate_limit_error", "queue_full");
      assertThat(get(serving, "/metrics"))
          .contains(
              "luthier_requests_total{route=\"completions\",status=\"429\",version=\"v0000\"}")
          .contains("luthier_running 1.0");
      first.body().close(); // the client is gone: the next finds the place
      HttpResponse<String> third = second;
      for (int i = 0; i < 300 && third.statusCode() == 429; i++) {
        Thread.sleep(100);
        third = client.send(asked(serving, ",\"max_tokens\":2"), BodyHandlers.ofString());
      }
      assertThat(third.statusCode()).isEqualTo(200);
      assertThat(third.body()).contains("\"completion_tokens\":2");
    }
  }

  @Test
  void aStopTellsThoseThatHaveNoEndAndLetsNobodyIn() throws Exception {
    Serving serving = start();
    HttpRequest late = asked(serving, "");
    HttpResponse<InputStream> stream =
        client.send(
            asked(serving, ",\"stream\":true,\"max_tokens\":900"), BodyHandlers.ofInputStream());
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).startsWith("data: {\"id\":\"cmpl-");
      assertThat(get(serving, "/health")).contains("\"status\":\"ok\"");
      serving.close();
      List<String> rest = lines.lines().filter(line -> !line.isEmpty()).toList();
      assertThat(rest.get(rest.size() - 1)).contains("\"code\":\"stopping\"");
    }
    assertThat(log).anyMatch(line -> line.contains("1 requests did not end in time"));
    assertThatThrownBy(() -> client.send(late, BodyHandlers.ofString()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aDoorThatIsShutWaitsForThoseInside() {
    Door door = new Door(2);
    Door.Inside one = door.enter();
    Door.Inside two = door.enter();
    assertThatThrownBy(door::enter)
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(429));
    one.close();
    assertThat(door.inside()).isEqualTo(1);
    assertThat(door.shut(0.01)).isFalse();
    assertThatThrownBy(door::enter)
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.status()).isEqualTo(503));
    two.close();
    assertThat(door.shut(10)).isTrue();
  }

  @Test
  void aRecipeThatCannotBeServedIsRefusedInOneLine() throws IOException {
    Path file = Files.writeString(dir.resolve("r.yaml"), "model: models/tiny-base\n");
    assertThatThrownBy(() -> ServeRecipe.read(file, List.of("--http.host=0.0.0.0")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a token is demanded");
    assertThatThrownBy(() -> ServeRecipe.read(file, List.of("--http.prot=1")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("did you mean http.port?");
    assertThatThrownBy(() -> ServeRecipe.read(file, List.of("--http.origins=[https://*.example]")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("http.origins must be as https://chat.example");
    HttpSpec named =
        new HttpSpec(
            "127.0.0.1",
            0,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Map.of("../x", dir),
            Limits.USUAL);
    assertThatThrownBy(() -> Serving.start(new TestHome(dir).recipe(named), log::add))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot be a model's name");
  }
}

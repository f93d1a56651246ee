package dev.luthier.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.feedback.Answer;
import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Said;
import dev.luthier.feedback.Standing;
import dev.luthier.online.GateReport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page asks the server for, without a browser. */
class PageRoutesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir Path home;
  private PageSite site;

  @BeforeEach
  void open() {
    site = PageSite.routes(home, Optional.empty());
  }

  @AfterEach
  void close() {
    site.close();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(site.url(path))).header("Luthier-Rater", PageSite.RATER);
    return client.send(
        (headers.length == 0 ? request : request.headers(headers)).build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(site.url(path)))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return MAPPER.readTree(response.body());
  }

  private static String code(HttpResponse<String> response) throws IOException {
    return response.statusCode() + " " + json(response).path("error").path("code").asText();
  }

  @Test
  void everyFileOfThePageIsServedAndNamesOnlyFilesThatAre() throws Exception {
    Set<String> seen = new HashSet<>();
    List<String> next = List.of("");
    while (!next.isEmpty()) {
      Set<String> found = new HashSet<>();
      for (String path : next) {
        HttpResponse<String> file = get(path);
        assertThat(file.statusCode()).as(path).isEqualTo(200);
        assertThat(file.headers().firstValue("Content-Security-Policy")).hasValue(PageFiles.POLICY);
        assertThat(file.body()).as(path).doesNotContain("innerHTML").doesNotContain("eval(");
        Matcher names =
            Pattern.compile("(?:\"/page/|from '\\./)([a-z]+\\.[a-z]+)").matcher(file.body());
        while (names.find()) {
          found.add("page/" + names.group(1));
        }
      }
      seen.addAll(next);
      next = found.stream().filter(name -> !seen.contains(name)).toList();
    }
    assertThat(seen)
        .contains("", "page/style.css", "page/main.js", "page/runs.js", "page/icon.svg");
    assertThat(PageFiles.POLICY)
        .doesNotContain("unsafe")
        .doesNotContain("http")
        .doesNotContain("*");
  }

  @Test
  void aBrowserKeepsAFileWhileItsTagIsTheSame() throws Exception {
    HttpResponse<String> first = get("page/main.js");
    String tag = first.headers().firstValue("ETag").orElseThrow();
    assertThat(first.headers().firstValue("Content-Type"))
        .hasValue("text/javascript; charset=utf-8");
    HttpResponse<String> again = get("page/main.js", "If-None-Match", tag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(get("page/main.js", "If-None-Match", "\"old\"").statusCode()).isEqualTo(200);
  }

  @Test
  void nothingElseIsServedAsAFile() throws Exception {
    for (String name :
        List.of(
            "none.js", "PageFiles.class", "..%2fPageFiles.class", "%2e%2e", "a.js%00.css", ".js")) {
      assertThat(get("page/" + name).statusCode()).as(name).isIn(400, 404);
    }
  }

  @Test
  void aPairHidesItsVersionsAndItsSidesAreDrawn() throws Exception {
    assertThat(get("api/pairs/next").statusCode()).isEqualTo(204);
    Answer one = site.answered("which?", "v0000", "this");
    Answer two = site.answered("which?", "v0001", "that");
    Set<String> lefts = new HashSet<>();
    for (int i = 0; i < 60; i++) { // all on one side: once in 2^59
      HttpResponse<String> pair = get("api/pairs/next");
      assertThat(pair.body()).doesNotContain("v0000").doesNotContain("v0001");
      assertThat(json(pair).path("prompt").path(0).path("content").asText()).isEqualTo("which?");
      lefts.add(json(pair).path("a").path("answer").asText());
    }
    assertThat(lefts).containsExactlyInAnyOrder(one.id(), two.id());
    site.heard(one, PageSite.RATER, new Said.Choice(two.id(), Said.Preferred.TIE));
    assertThat(get("api/pairs/next").statusCode()).as("labelled").isEqualTo(204);
  }

  @Test
  void quarantineIsDecidedOnceAndByAPerson() throws Exception {
    Feedback feedback =
        site.heard(site.answered("why?", "v0000", "so"), "somebody else", new Said.Thumb(true));
    String path = "api/quarantine/" + feedback.id();
    assertThat(code(post(path, "{\"accept\": true, \"by\": \"Ada\"}")))
        .isEqualTo("409 not_quarantined");
    site.store.decide(
        List.of(
            new Decision(
                feedback.id(),
                Standing.QUARANTINED,
                0.3,
                List.of("a flood"),
                "filter",
                Instant.now())));
    JsonNode waiting = json(get("api/quarantine"));
    assertThat(waiting.path("total").asInt()).isEqualTo(1);
    assertThat(waiting.at("/items/0/decision/reasons/0").asText()).isEqualTo("a flood");
    assertThat(waiting.at("/items/0/feedback/said/up").asBoolean()).isTrue();
    assertThat(code(post(path, "{\"accept\": \"yes\", \"by\": \"Ada\"}")))
        .isEqualTo("400 invalid_value");
    assertThat(code(post(path, "{\"accept\": true, \"by\": \" \"}")))
        .isEqualTo("400 invalid_value");
    assertThat(code(post(path, "{\"accept\": true, \"by\": \"filter\"}")))
        .isEqualTo("400 invalid_value");
    assertThat(code(post(path + "x", "{\"accept\": true, \"by\": \"Ada\"}")))
        .isEqualTo("404 feedback_not_found");
    assertThat(json(post(path, "{\"accept\": false, \"by\": \"Ada\"}")).path("standing").asText())
        .isEqualTo("rejected");
    HttpResponse<String> late = post(path, "{\"accept\": true, \"by\": \"Bob\"}");
    assertThat(late.statusCode()).isEqualTo(409);
    assertThat(late.body()).contains("rejected").contains("Ada");
    JsonNode rater = json(get("api/raters")).path("raters").path(0);
    assertThat(rater.path("feedback").asInt()).isEqualTo(1);
    assertThat(rater.path("rejected").asInt()).isEqualTo(1);
    assertThat(rater.path("pending").asInt()).isZero();
  }

  @Test
  void versionsAreShownPromotedAndTakenBack() throws Exception {
    site.version("v0000", new GateReport.Checked("win rate", 0.6, ">= 0.5", true, "of 10"));
    site.version("v0000", new GateReport.Checked("win rate", 0.4, ">= 0.5", false, "of 10"));
    JsonNode all = json(get("api/versions"));
    assertThat(all.path("current").asText()).isEqualTo("v0000");
    assertThat(all.path("previous").isNull()).isTrue();
    assertThat(all.at("/versions/1/gate/checks/0/figure").asDouble()).isEqualTo(0.6);
    assertThat(all.at("/versions/2/refused").asBoolean()).isTrue();
    assertThat(post("api/versions/v0002/promote", "{}").statusCode()).as("refused").isEqualTo(400);
    assertThat(post("api/versions/v0009/promote", "{}").statusCode())
        .as("not there")
        .isEqualTo(400);
    assertThat(post("api/versions/..%2f..%2fx/promote", "{}").statusCode()).isIn(400, 404);
    assertThat(json(post("api/versions/v0001/promote", "{}")).path("current").asText())
        .isEqualTo("v0001");
    assertThat(code(post("api/versions/rollback", "{}"))).isEqualTo("400 invalid_value");
    JsonNode back = json(post("api/versions/rollback", "{\"why\": \"worse\"}"));
    assertThat(back.path("current").asText()).isEqualTo("v0000");
    assertThat(back.at("/versions/1/rolled_back").asBoolean()).isTrue();
    assertThat(back.at("/history/1/why").asText()).isEqualTo("worse");
  }

  @Test
  void aCycleIsAskedFor() throws Exception {
    assertThat(json(get("api/cycles")).path("cycles").isEmpty()).isTrue();
    assertThat(post("api/cycles", "{}").statusCode()).isEqualTo(202);
    assertThat(home.resolve("cycles").resolve(".asked.json")).content().contains("from the page");
  }

  @Test
  void metricsComeOnceAndInWholeLines() throws Exception {
    Path folder = Files.createDirectories(home.resolve("cycles/c0001/train/policy"));
    Path file = folder.resolve("metrics.jsonl");
    Files.writeString(
        file, "{\"step\": 1, \"loss\": 2.5}\n{\"step\": 2, \"loss\": \"NaN\"}\n{\"st");
    JsonNode run = json(get("api/runs")).path("runs").path(0);
    assertThat(run.path("name").asText()).isEqualTo("c0001/train/policy");
    assertThat(run.path("step").asInt()).isEqualTo(2);
    assertThat(run.path("loss").asText()).isEqualTo("NaN");
    String path = "api/runs/c0001/train/policy/metrics";
    JsonNode part = json(get(path));
    assertThat(part.path("lines").size()).isEqualTo(2);
    assertThat(part.path("next").asInt()).isEqualTo(2);
    Files.writeString(file, "{\"step\": 1}\n{\"step\": 2}\n{\"step\": 3}\n");
    part = json(get(path + "?from=2"));
    assertThat(part.path("lines").toString()).isEqualTo("[{\"step\":3}]");
    assertThat(json(get(path + "?from=9")).path("next").asInt()).as("cut since").isEqualTo(3);
    Files.writeString(file, "{\"step\": 1}\n".repeat(2001)); // one more than a reply has
    part = json(get(path));
    assertThat(part.path("lines").size()).isEqualTo(2000);
    assertThat(part.path("more").asBoolean()).isTrue();
    assertThat(json(get(path + "?from=2000")).path("more").asBoolean()).isFalse();
    assertThat(code(get(path + "?from=-1"))).isEqualTo("400 invalid_value");
  }

  @Test
  void noNameOfARunLeavesTheFolder() throws Exception {
    Files.writeString(home.resolve("metrics.jsonl"), "{\"step\": 1, \"secret\": 7}\n");
    Path cycles = Files.createDirectories(home.resolve("cycles"));
    Files.createDirectories(cycles.resolve(".hidden"));
    Files.writeString(cycles.resolve(".hidden/metrics.jsonl"), "{\"secret\": 7}\n");
    Files.createSymbolicLink(cycles.resolve("link"), home);
    Path linked = Files.createDirectories(cycles.resolve("linked"));
    Files.createSymbolicLink(linked.resolve("metrics.jsonl"), home.resolve("metrics.jsonl"));
    for (String name :
        List.of(
            "..",
            "%2e%2e",
            "../..",
            "..%2f",
            "x/../..",
            ".hidden",
            "link",
            "linked",
            "x%00",
            "/etc",
            "a%5c..%5c..")) {
      HttpResponse<String> got = get("api/runs/" + name + "/metrics");
      assertThat(got.statusCode()).as(name).isIn(400, 404);
      assertThat(got.body()).as(name).doesNotContain("secret");
    }
    assertThat(json(get("api/runs")).path("runs").isEmpty()).isTrue();
  }
}

package dev.luthier.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.feedback.Answer;
import dev.luthier.feedback.Asked;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.FeedbackStores;
import dev.luthier.feedback.Said;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Feedback over HTTP: a real server on loopback with a real store. */
class FeedbackRoutesTest {
  private static final Limits LIMITS = new Limits(8, 2, 16, 4, 2, 300_000, 5, 1, 1);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<String> log = new ArrayList<>();
  private @Nullable FeedbackStore store;
  private @Nullable Web web;

  @BeforeEach
  void start() {
    start("");
  }

  private void start(String options) {
    store = FeedbackStores.open(FeedbackStores.defaultUrl(folder) + options);
    web =
        Web.start(
            new HttpSpec("127.0.0.1", 0, Optional.empty(), List.of(), LIMITS),
            List.of(new FeedbackRoutes(store, new Body(300_000, 5), log::add)),
            log::add);
    store.add(answer("a", "yes"));
    store.add(answer("b", "no"));
  }

  private static Answer answer(String id, String text) {
    return new Answer(
        id,
        Instant.EPOCH,
        "v0001",
        "",
        "[{\"role\":\"user\",\"content\":\"q\"}]",
        text,
        List.of(),
        List.of(),
        Map.of());
  }

  @AfterEach
  void stop() {
    web.close();
    store.close();
  }

  private HttpResponse<String> post(String rater, String body) throws Exception {
    return send("POST", "/v1/feedback", rater, body);
  }

  private HttpResponse<String> send(String method, String path, String rater, String body)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + web.port() + path))
            .header("Content-Type", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString(body.replace('\'', '"')));
    if (!rater.isEmpty()) {
      request.header("Luthier-Rater", rater);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static String error(HttpResponse<String> reply) throws Exception {
    JsonNode error = JSON.readTree(reply.body()).get("error");
    assertThat(error.get("type").asText()).isNotEmpty();
    return "%d %s %s: %s"
        .formatted(
            reply.statusCode(),
            error.get("code").asText(),
            error.get("param").asText(),
            error.get("message").asText());
  }

  @Test
  void allFiveFormsAreKept() throws Exception {
    List<String> forms =
        List.of(
            "'thumb': 'down'",
            "'ratings': {'true': 5, 'kind': 1}",
            "'other': 'b', 'preferred': 'neither'",
            "'edit': 'better'",
            "'comment': 'so so'");
    for (String form : forms) {
      HttpResponse<String> reply = post("ann", "{'answer': 'a', " + form + "}");
      assertThat(reply.statusCode()).isEqualTo(201);
      String id = JSON.readTree(reply.body()).get("id").asText();
      Feedback kept = store.feedback(id).orElseThrow().feedback();
      assertThat(kept.rater()).isEqualTo(store.pseudonym("ann"));
    }
    assertThat(store.feedback(Asked.all()))
        .extracting(j -> j.feedback().said())
        .containsExactlyInAnyOrder(
            new Said.Thumb(false),
            new Said.Ratings(Map.of("true", 5, "kind", 1)),
            new Said.Choice("b", Said.Preferred.NEITHER),
            new Said.Edit("better"),
            new Said.Comment("so so"));
  }

  @Test
  void theSameIdTwiceIsOneAndOtherContentIsRefused() throws Exception {
    String body = "{'id': 'mine', 'answer': 'a', 'thumb': 'up'}";
    assertThat(post("ann", body).statusCode()).isEqualTo(201);
    HttpResponse<String> again = post("ann", body);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.body()).isEqualTo("{\"id\":\"mine\"}");
    assertThat(error(post("ann", body.replace("up", "down"))))
        .isEqualTo("409 id_conflict null: other feedback has the id mine");
    assertThat(error(post("bob", body))).startsWith("409 ");
    assertThat(store.pending()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'answer': 'none', 'thumb': 'up'} | 404 answer_not_found null: there is no answer with the id none
          {'answer': 'a', 'other': 'none', 'preferred': 'tie'} | 404 answer_not_found null: there is no answer with the id none
          {'answer': 'a', 'other': 'a', 'preferred': 'tie'} | 400 invalid_request null: other must be another answer than answer, both are a
          {'answer': 'a', 'preferred': 'tie'} | 400 invalid_value other: other is missing
          {'answer': 'a', 'other': 'b', 'thumb': 'up'} | 400 invalid_value other: other goes with preferred only
          {'thumb': 'up'} | 400 invalid_value answer: answer is missing
          {'answer': 7, 'thumb': 'up'} | 400 invalid_value answer: answer must be a text, was the number 7
          {'answer': 'a', 'thumb': true} | 400 invalid_value thumb: thumb must be a text, was true
          {'answer': 'a', 'ratings': {}} | 400 invalid_value ratings: ratings must be of 1 to 32 aspects, were of 0
          {'answer': 'a', 'ratings': {'x': 0}} | 400 invalid_value ratings: ratings.x must be from 1 to 5, was 0
          {'answer': 'a', 'edit': ' '} | 400 invalid_value edit: edit must be the corrected answer, was blank
          {'answer': 'a', 'thumb': 'up', 'rater': 'x'} | 400 invalid_value rater: rater is no field here; there are answer, comment, edit, id, other, preferred, ratings, thumb
          {'answer': 'a', 'thumb': 'up', 'id': ''} | 400 invalid_value id: id must be 1 to 200 characters without control characters, was blank
          {'answer': 'a', 'thumb': 'up', 'thumb': 'down'} | 400 invalid_json null: the body is no JSON: Duplicate field 'thumb'
          [] | 400 invalid_json null: the body must be a JSON object
          """)
  void whatIsWrongIsSaidAndNotKept(String body, String told) throws Exception {
    assertThat(error(post("ann", body)).replace('"', '\'')).isEqualTo(told);
    assertThat(store.pending()).isZero();
  }

  @Test
  void tooLargeOrNobodysIsRefused() throws Exception {
    String edit = "{'answer': 'a', 'edit': '%s'}";
    assertThat(error(post("ann", edit.formatted("x".repeat(200_001)))))
        .isEqualTo("400 invalid_value edit: edit (characters) must be <= 200000, was 200001");
    assertThat(error(post("ann", edit.formatted("x".repeat(300_000))))).startsWith("413 ");
    assertThat(error(post("", edit.formatted("x"))))
        .startsWith("400 invalid_value Luthier-Rater: the header Luthier-Rater is missing");
    assertThat(error(post("x".repeat(201), edit.formatted("x"))))
        .startsWith("400 invalid_value Luthier-Rater: ");
    assertThat(error(send("DELETE", "/v1/feedback", "", ""))).startsWith("400 ");
    assertThat(error(send("GET", "/v1/feedback/export", "", ""))).startsWith("400 ");
    assertThat(store.pending()).isZero();
  }

  @Test
  void aRaterGetsAndDeletesItsOwnAlone() throws Exception {
    post("ann", "{'id': 'f1', 'answer': 'a', 'comment': 'Robert\\u0027); drop table feedback;--'}");
    post("bob", "{'id': 'f2', 'answer': 'a', 'thumb': 'up'}");
    HttpResponse<String> export = send("GET", "/v1/feedback/export", "ann", "");
    assertThat(export.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/x-ndjson");
    assertThat(export.body().lines()).hasSize(1);
    JsonNode line = JSON.readTree(export.body());
    assertThat(line.get("comment").asText()).isEqualTo("Robert'); drop table feedback;--");
    assertThat(send("DELETE", "/v1/feedback", "ann", "").body())
        .isEqualTo("{\"deleted\":{\"answers\":0,\"feedback\":1,\"decisions\":0}}");
    assertThat(send("GET", "/v1/feedback/export", "ann", "").body()).isEmpty();
    assertThat(store.feedback(Asked.all()))
        .extracting(j -> j.feedback().id())
        .containsExactly("f2");
  }

  @Test
  void aFullDiskIs507() throws Exception {
    stop();
    start("?max_page_count=64");
    String body = "{'answer': 'a', 'edit': '%s'}".formatted("x".repeat(50_000));
    HttpResponse<String> reply = post("ann", body);
    int kept = 0;
    for (; reply.statusCode() == 201; kept++) {
      reply = post("ann", body);
    }
    assertThat(error(reply))
        .isEqualTo("507 store_full null: the store has no room left; nothing was kept");
    assertThat(log).singleElement().asString().contains("has no room left");
    assertThat(store.pending()).isEqualTo(kept);
  }

  @Test
  void aDatabaseThatIsGoneIs503() throws Exception {
    Files.delete(folder.resolve("feedback.db"));
    HttpResponse<String> reply = post("ann", "{'answer': 'a', 'thumb': 'up'}");
    assertThat(error(reply))
        .isEqualTo(
            "503 store_unavailable null: the store does not answer; nothing was kept, try again");
    assertThat(reply.headers().firstValue("Retry-After")).contains("5");
    assertThat(error(send("DELETE", "/v1/feedback", "ann", ""))).startsWith("503 ");
    assertThat(error(send("GET", "/v1/feedback/export", "ann", ""))).startsWith("503 ");
    assertThat(log).hasSize(3).allMatch(line -> line.contains("feedback.db is gone"));
  }
}

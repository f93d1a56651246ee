package dev.luthier.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.Example;
import dev.luthier.data.Message;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A service that scores, on loopback. */
class HttpRewardTest {
  private Scores server;

  @BeforeEach
  void start() throws IOException {
    server = new Scores();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Asked asked(String answer) {
    return new Asked(
        new Example.PromptCompletion("p", answer), Map.of("k", List.of(1, "x")), 2, "row 4");
  }

  private HttpReward reward(double seconds, int retries, int batch) {
    return reward(server.url(), seconds, retries, batch);
  }

  private static HttpReward reward(URI url, double seconds, int retries, int batch) {
    Duration limit = Duration.ofMillis(Math.round(seconds * 1000));
    return new HttpReward(
        url,
        new HttpReward.Manner(limit, retries, Duration.ofMillis(1), batch, 2),
        Optional.of("secret"));
  }

  private static List<Double> totals(List<Score> scores) {
    return scores.stream().map(Score::total).toList();
  }

  private void refused(Reward reward, String... said) {
    assertThatThrownBy(() -> reward.of(List.of(asked("abc"))))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(said)
        .hasMessageNotContaining("secret");
  }

  /** Five answers in requests of two: 2, 2, 1; scores come in the order of answers. */
  @Test
  void asksInBatches() throws IOException {
    List<Asked> answers = List.of(asked(""), asked("a"), asked("ab"), asked("abc"), asked("é"));
    assertThat(totals(reward(60, 0, 2).of(answers))).containsExactly(0.0, 1.0, 2.0, 3.0, 1.0);
    assertThat(server.questions).extracting(q -> q.path("answers").size()).contains(2, 2, 1);
    assertThat(server.tokens).containsOnly("Bearer secret");
    assertThat(reward(60, 0, 2).of(List.of())).isEmpty();
    reward(60, 0, 64).of(List.of(asked("abc")));
    assertThat(server.questions.get(3))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"answers": [{"prompt": "p", "answer": "abc", "number": 2,
                      "columns": {"k": [1, "x"]}}]}
                    """));
  }

  @Test
  void sendsMessages() {
    Asked chat =
        new Asked(
            new Example.ChatCompletion(
                List.of(Message.of("user", "hi")),
                List.of(Message.of(Message.ASSISTANT, "ho")),
                List.of()),
            Map.of(),
            0,
            "row 1");
    assertThat(totals(reward(60, 0, 2).of(List.of(chat)))).containsExactly(2.0);
    assertThat(server.questions.get(0).path("answers").get(0).path("prompt").toString())
        .isEqualTo("[{\"role\":\"user\",\"content\":\"hi\"}]");
  }

  @Test
  void readsParts() {
    server.then(Scores.says("{\"scores\": [{\"score\": 0.5, \"parts\": {\"a\": 2}}]}"));
    assertThat(reward(60, 0, 2).of(List.of(asked("abc"))))
        .containsExactly(new Score(0.5, Map.of("a", 2.0)));
  }

  /** Busy, broken off in the middle, broken inside, then fine. */
  @Test
  void triesAgain() {
    server.then(Scores.status(503), Scores.gone(), Scores.status(429, "Retry-After", "0"));
    assertThat(totals(reward(60, 3, 2).of(List.of(asked("abc"))))).containsExactly(3.0);
    assertThat(server.asked()).isEqualTo(4);
  }

  @Test
  void givesUpInOneLine() {
    server.then(Scores.status(500), Scores.status(500));
    refused(
        reward(60, 1, 2),
        server.url() + " answers with status 500 and \"busy with 500\" (2 attempts)",
        "http.retries");
    server.then(Scores.gone(), Scores.gone());
    refused(reward(60, 1, 2), "breaks the connection off (2 attempts)");
  }

  /** The headers come, the rest does not. */
  @Test
  void doesNotWaitForEver() {
    server.then(server.hangs(), server.hangs());
    refused(reward(0.2, 1, 2), server.url() + " does not answer within 0.2 s (2 attempts)");
  }

  @Test
  void nobodyThere() {
    URI url = server.url();
    server.close();
    refused(reward(url, 60, 2, 2), url + " cannot be reached (3 attempts)");
  }

  /** What is no score for each answer is never taken for one, nor asked for again. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "<html>oops</html> | answers no JSON, but \"<html>oops</html>\"",
        "`` | answers without a list \"scores\", but with nothing",
        "{\"scores\": [1]} tail | answers no JSON",
        "[1] | answers without a list \"scores\", but with \"[1]\"",
        "{\"scores\": [1, 2]} | gives 2 scores for 1 answers",
        "{\"scores\": [null]} | gives the score \"null\" for the answer to row 4",
        "{\"scores\": [\"0.5\"]} | which is no number",
        "{\"scores\": [true]} | which is no number",
        "{\"scores\": [NaN]} | answers no JSON",
        "{\"scores\": [1e999]} | which is no number",
        "{\"scores\": [{\"score\": 1, \"parts\": {\"a\": \"b\"}}]} | with parts that are numbers",
        "{\"scores\": [{\"total\": 1}]} | which is no number",
      })
  void nonsense(String body, String line) {
    server.then(Scores.says(body));
    refused(reward(60, 3, 2), server.url().toString(), line);
    assertThat(server.asked()).isEqualTo(1);
  }

  @Test
  void refusals() {
    server.then(Scores.status(401));
    refused(reward(60, 3, 2), "answers with status 401", "http.token_env");
    server.then(Scores.status(404));
    refused(reward(60, 3, 2), "answers with status 404", "must answer a POST");
    assertThat(server.asked()).isEqualTo(2);
  }

  @Test
  void asksOnceBeforehand() {
    reward(60, 0, 2).check(List.of(asked(""), asked("")));
    assertThat(server.asked()).isEqualTo(1);
    reward(60, 0, 2).check(List.of());
    assertThat(server.asked()).isEqualTo(1);
  }
}

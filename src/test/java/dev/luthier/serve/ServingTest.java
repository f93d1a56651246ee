package dev.luthier.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import dev.luthier.feedback.Answer;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.FeedbackStores;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official client of OpenAI against a server of the small model that ships. */
class ServingTest {
  private static final int TOKENS = 10;
  private static final List<String> PROMPTS =
      List.of("What is the capital of France?", "Count to five.", "Sort: c a b", "Hello");
  private static final List<String> LOG = new CopyOnWriteArrayList<>();

  @TempDir private static Path dir;
  private static TestHome home;
  private static Serving serving;
  private static OpenAIClient client;

  @BeforeAll
  static void start() throws IOException {
    home = new TestHome(dir).with(3);
    Limits limits = new Limits(100, 8, 64, 32, 32, 1 << 16, 120, 30, 30);
    HttpSpec http =
        new HttpSpec(
            "127.0.0.1",
            0,
            Optional.empty(),
            List.of(),
            Optional.of("served"),
            Map.of("beside", home.adapter(2), "broken", home.broken()),
            limits);
    serving = Serving.start(home.recipe(http), LOG::add);
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(serving.address() + "/v1")
            .apiKey("none")
            .maxRetries(0)
            .timeout(Duration.ofMinutes(2))
            .build();
  }

  @AfterAll
  static void stop() {
    client.close();
    serving.close();
  }

  private static ChatCompletionCreateParams.Builder asked(String model, String prompt) {
    return ChatCompletionCreateParams.builder()
        .model(model)
        .addUserMessage(prompt)
        .temperature(0)
        .maxCompletionTokens(TOKENS);
  }

  private static ChatCompletion answer(ChatCompletionCreateParams.Builder asked) {
    return client.chat().completions().create(asked.build());
  }

  private static String text(ChatCompletion reply) {
    return reply.choices().get(0).message().content().orElseThrow();
  }

  /** What came of a stream: its text, and the versions that its pieces name. */
  private record Streamed(String text, List<String> versions, List<ChatCompletionChunk> all) {}

  private static Streamed streamed(ChatCompletionCreateParams.Builder asked) {
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(asked.build())) {
      return gathered(stream.stream().toList());
    }
  }

  private static Streamed gathered(List<ChatCompletionChunk> chunks) {
    StringBuilder text = new StringBuilder();
    chunks.stream()
        .flatMap(c -> c.choices().stream())
        .forEach(c -> text.append(c.delta().content().orElse("")));
    List<String> versions =
        chunks.stream().map(c -> c.systemFingerprint().orElseThrow()).distinct().toList();
    return new Streamed(text.toString(), versions, chunks);
  }

  private static void eventually(BooleanSupplier holds) throws InterruptedException {
    for (int i = 0; i < 600 && !holds.getAsBoolean(); i++) {
      Thread.sleep(100);
    }
    assertThat(holds.getAsBoolean()).isTrue();
  }

  @Test
  void aChatHasTheAnswerThatTheCommandLineWrites() {
    String expected = TestHome.generated(PROMPTS.subList(0, 1), TOKENS).get(0);
    ChatCompletion whole = answer(asked("v0000", PROMPTS.get(0)));
    assertThat(text(whole)).isEqualTo(expected);
    assertThat(whole.model()).isEqualTo("v0000");
    assertThat(whole.systemFingerprint()).contains("v0000");
    assertThat(whole.choices().get(0).finishReason().asString()).isEqualTo("length");
    assertThat(whole.usage().orElseThrow().completionTokens()).isEqualTo(TOKENS);
    assertThat(whole.usage().orElseThrow().totalTokens())
        .isEqualTo(TOKENS + whole.usage().orElseThrow().promptTokens());
    Streamed pieces =
        streamed(
            asked("v0000", PROMPTS.get(0))
                .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build()));
    assertThat(pieces.text()).isEqualTo(expected);
    assertThat(pieces.versions()).containsExactly("v0000");
    ChatCompletionChunk last = pieces.all().get(pieces.all().size() - 1);
    assertThat(last.usage().orElseThrow().completionTokens()).isEqualTo(TOKENS);
    assertThat(last.choices()).isEmpty();
  }

  /** Three versions in one batch: each request has what its version alone writes to it. */
  @Test
  void manyAtOnceWithSeveralVersionsAreEachAsAlone() {
    Map<String, List<String>> alone =
        Map.of(
            "v0000", TestHome.generated(PROMPTS, TOKENS),
            "v0001", home.generated(1, PROMPTS, TOKENS),
            "beside", home.generated(2, PROMPTS, TOKENS));
    ExecutorService threads = Executors.newFixedThreadPool(12);
    Map<String, List<CompletableFuture<Streamed>>> replies = new java.util.TreeMap<>();
    try {
      for (String model : alone.keySet()) {
        replies.put(
            model,
            PROMPTS.stream()
                .map(p -> CompletableFuture.supplyAsync(() -> streamed(asked(model, p)), threads))
                .toList());
      }
      replies.forEach(
          (model, all) -> {
            assertThat(all.stream().map(f -> f.join().text()).toList())
                .as(model)
                .isEqualTo(alone.get(model));
            assertThat(all).allSatisfy(f -> assertThat(f.join().versions()).containsExactly(model));
          });
    } finally {
      threads.shutdown();
    }
    assertThat(alone.get("v0001")).isNotEqualTo(alone.get("v0000"));
    assertThat(alone.get("beside")).isNotEqualTo(alone.get("v0001"));
  }

  /** The first answer ends with the version that it began with; the next has the new one. */
  @Test
  void aSwapInTheMiddleLeavesNoAnswerOfTwoVersions() throws Exception {
    home.versions().promote("v0001");
    eventually(() -> version().equals("v0001"));
    List<String> before = home.generated(1, PROMPTS.subList(0, 1), 60);
    List<ChatCompletionChunk> chunks = new ArrayList<>();
    try (StreamResponse<ChatCompletionChunk> stream =
        client
            .chat()
            .completions()
            .createStreaming(asked("served", PROMPTS.get(0)).maxCompletionTokens(60).build())) {
      Iterator<ChatCompletionChunk> all = stream.stream().iterator();
      chunks.add(all.next());
      home.versions().promote("v0003");
      eventually(() -> version().equals("v0003"));
      all.forEachRemaining(chunks::add);
    }
    assertThat(gathered(chunks).versions()).containsExactly("v0001");
    assertThat(gathered(chunks).text()).isEqualTo(before.get(0));
    assertThat(serving.loaded()).contains("v0001", "v0003"); // the one before is kept at hand
    Streamed after = streamed(asked("served", PROMPTS.get(1)));
    assertThat(after.versions()).containsExactly("v0003");
    assertThat(after.text()).isEqualTo(home.generated(3, PROMPTS.subList(1, 2), TOKENS).get(0));
    home.versions().rollBack("tried enough");
    home.versions().rollBack("tried enough"); // v0000 answers again, and nothing is behind it
    eventually(() -> version().equals("v0000"));
    eventually(() -> !serving.loaded().contains("v0003") && !serving.loaded().contains("v0001"));
  }

  private static String version() {
    return answer(asked("served", "x").maxCompletionTokens(1)).systemFingerprint().orElseThrow();
  }

  @Test
  void drawsFollowFromTheSeedAndLogProbabilitiesAreTold() {
    ChatCompletionCreateParams.Builder drawn =
        asked("v0000", PROMPTS.get(2)).temperature(1).seed(7).n(2).logprobs(true).topLogprobs(2);
    ChatCompletion once = answer(drawn);
    ChatCompletion again = answer(drawn);
    assertThat(once.choices()).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(once.choices().get(i).message().content())
          .isEqualTo(again.choices().get(i).message().content());
    }
    assertThat(text(once)).isNotEqualTo(once.choices().get(1).message().content().orElseThrow());
    assertThat(once.choices().get(0).logprobs().orElseThrow().content().orElseThrow())
        .allSatisfy(
            token -> {
              assertThat(token.logprob()).isLessThanOrEqualTo(0);
              assertThat(token.topLogprobs()).hasSize(2);
              assertThat(token.topLogprobs().get(0).logprob())
                  .isGreaterThanOrEqualTo(token.logprob() - 1e-6);
            });
  }

  @Test
  void aTextIsCompletedAndStopsWhereItIsTold() {
    CompletionCreateParams.Builder asked =
        CompletionCreateParams.builder()
            .model("v0000")
            .prompt("Once upon a time")
            .temperature(0)
            .maxTokens(TOKENS)
            .logprobs(1);
    Completion whole = client.completions().create(asked.build());
    String text = whole.choices().get(0).text();
    assertThat(text).isNotEmpty();
    assertThat(whole.choices().get(0).logprobs().orElseThrow().tokens().orElseThrow())
        .hasSize(TOKENS);
    String stop = text.strip().split(" ")[1];
    Completion cut = client.completions().create(asked.stop(stop).build());
    assertThat(cut.choices().get(0).text()).isEqualTo(text.substring(0, text.indexOf(stop)));
    assertThat(cut.choices().get(0).finishReason().asString()).isEqualTo("stop");
  }

  /** The broken version's logits are no numbers; it runs in the same batch as others. */
  @Test
  void aVersionThatIsBrokenFailsAlone() {
    List<CompletableFuture<Streamed>> others = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      for (String prompt : PROMPTS.subList(0, 3)) {
        others.add(CompletableFuture.supplyAsync(() -> streamed(asked("v0000", prompt)), threads));
      }
      for (double temperature : new double[] {0, 1}) {
        assertThatThrownBy(() -> answer(asked("broken", "x").temperature(temperature)))
            .isInstanceOf(InternalServerException.class)
            .hasMessageContaining("its log says why");
      }
      assertThat(others.stream().map(f -> f.join().text()).toList())
          .isEqualTo(TestHome.generated(PROMPTS.subList(0, 3), TOKENS));
    } finally {
      threads.shutdown();
    }
    assertThat(LOG).anyMatch(line -> line.contains("/v1/chat/completions failed"));
  }

  @Test
  void modelsAreListedAndFound() {
    assertThat(client.models().list().data().stream().map(Model::id).toList())
        .containsExactly("served", "v0000", "v0001", "v0002", "v0003", "beside", "broken");
    assertThat(client.models().retrieve("v0002").id()).isEqualTo("v0002");
    assertThatThrownBy(() -> client.models().retrieve("v0009"))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void namesThatLeadElsewhereAreNoModels() {
    for (String name :
        List.of(
            "../adapter-1",
            "v0001/../../adapter-1",
            "/etc",
            "v0009",
            "",
            "..",
            "V0001",
            home.adapter(1).toString(),
            "x".repeat(5000))) {
      assertThatThrownBy(() -> answer(asked(name, "x")))
          .as(name)
          .isInstanceOfSatisfying(
              NotFoundException.class,
              e -> {
                assertThat(e.code()).contains("model_not_found");
                assertThat(e.param()).contains("model");
              });
      assertThatThrownBy(() -> client.models().retrieve(name)).isInstanceOf(RuntimeException.class);
    }
  }

  private static void refused(
      ChatCompletionCreateParams.Builder asked, String code, String param, String message) {
    assertThatThrownBy(() -> answer(asked))
        .as(param)
        .isInstanceOfSatisfying(
            BadRequestException.class,
            e -> {
              assertThat(e.code()).contains(code);
              assertThat(e.param()).contains(param);
              assertThat(e.type()).contains("invalid_request_error");
            })
        .hasMessageContaining(message);
  }

  @Test
  void whatIsWrongOrNotSupportedIsRefusedByName() throws Exception {
    String wrong = "invalid_value";
    String not = "unsupported_parameter";
    refused(asked("v0000", "x").frequencyPenalty(0.5), not, "frequency_penalty", "leave it out");
    refused(extra("beam_width", 4), not, "beam_width", "not supported");
    refused(extra("tools", List.of(Map.of("type", "function"))), not, "tools", "not supported");
    refused(asked("v0000", "x").temperature(3), wrong, "temperature", "from 0.0 to 2.0");
    refused(asked("v0000", "x").topP(0), wrong, "top_p", "above 0");
    refused(asked("v0000", "x").n(99), wrong, "n", "from 1 to 8");
    refused(asked("v0000", "x").maxCompletionTokens(101), wrong, "max_completion_tokens", "100");
    refused(asked("v0000", "x").topLogprobs(3), wrong, "top_logprobs", "needs logprobs");
    refusedMessages("[]", "messages", "at least one");
    refusedMessages("[{\"role\":\"robot\",\"content\":\"x\"}]", "messages[0].role", "must be");
    refusedMessages("[{\"role\":\"user\",\"content\":7}]", "messages[0].content", "must be");
    refusedMessages(
        "[{\"role\":\"user\",\"content\":\"x\",\"shout\":1}]",
        "messages[0].shout",
        "not supported");
    refused(
        asked("v0000", "word ".repeat(1020)), "context_length_exceeded", "messages", "1024 tokens");
    assertThat(text(answer(extra("presence_penalty", 0)))).isNotEmpty(); // says nothing
  }

  private static void refusedMessages(String messages, String param, String message)
      throws Exception {
    HttpResponse<String> reply =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(serving.address() + "/v1/chat/completions"))
                    .header("Content-Type", "application/json")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            "{\"model\":\"served\",\"messages\":%s}".formatted(messages)))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(reply.statusCode()).isEqualTo(400);
    assertThat(reply.body()).contains("\"param\":\"%s\"".formatted(param), message);
  }

  private static ChatCompletionCreateParams.Builder extra(String name, Object value) {
    return asked("v0000", "x").putAdditionalBodyProperty(name, JsonValue.from(value));
  }

  @Test
  void everyAnswerIsInTheStoreWhenItsReplyHasItsEnd() {
    ChatCompletion reply =
        answer(asked("v0001", PROMPTS.get(3)).n(2).temperature(1).seed(3).user("u"));
    Streamed stream = streamed(asked("v0000", PROMPTS.get(3)));
    try (FeedbackStore store = FeedbackStores.open(FeedbackStores.defaultUrl(home.home()))) {
      Answer kept = store.answer(reply.id()).orElseThrow();
      assertThat(kept.version()).isEqualTo("v0001");
      assertThat(kept.text()).isEqualTo(text(reply));
      assertThat(kept.tokens()).isNotEmpty().hasSameSizeAs(kept.logProbs());
      assertThat(kept.messages()).isEqualTo("[{\"role\":\"user\",\"content\":\"Hello\"}]");
      assertThat(kept.about()).containsEntry("temperature", "1.0").containsEntry("seed", "3");
      assertThat(kept.rater()).isEqualTo(store.pseudonym("u"));
      assertThat(store.answer(reply.id() + "-1").orElseThrow().text())
          .isEqualTo(reply.choices().get(1).message().content().orElseThrow());
      Answer streamed = store.answer(stream.all().get(0).id()).orElseThrow();
      assertThat(streamed.text()).isEqualTo(stream.text());
      assertThat(streamed.rater()).isEmpty();
    }
  }
}

package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.CompletionServer;
import dev.luthier.CompletionServer.Silent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs whose answers another program writes: a server with the same small model. */
class EndpointRunsTest {
  private static final String RESULT = "adapter/adapter_model.safetensors";

  @TempDir Path dir;
  private PromptRuns runs;
  private CompletionServer server;

  @BeforeEach
  void write() throws IOException {
    runs = PromptRuns.in(dir);
    server = new CompletionServer(runs.tiny().dir().resolve("model"));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private String grpo(String endpoint, String rollout, String more) {
    return "{ grpo: { %s, rollout: { samples: 4, max_new_tokens: 6, by: { endpoint: { url: '%s', model: base, retries: 0%s } }%s }%s } }"
        .formatted(PromptRuns.REWARDS, server.url(), endpoint, rollout, more);
  }

  private Path log(String out) {
    return dir.resolve(out).resolve("rollouts.jsonl");
  }

  /** The log-probabilities that a server tells are the policy's before it moves: ratios of 1. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"''", "', tokens: ids, together: false'"})
  void ratiosAreAgainstTheServer(String endpoint) throws IOException {
    List<Map<String, Double>> steps = runs.steps(grpo(endpoint, "", ""), "out", "--optim.lr=0.1");
    assertThat(steps.get(0).get("ratio")).isCloseTo(1, within(1e-4));
    assertThat(steps.get(0).get("behind_kl")).isCloseTo(0, within(1e-6));
    assertThat(steps.get(0).get("gradient_norm")).isPositive();
    assertThat(steps.get(3).get("behind_kl")).isGreaterThan(1e-4); // the server stays
    assertThat(server.requests).containsOnly("completions base");
  }

  /** A server that is told of every version is never behind; of every second, at every second. */
  @Test
  void theServerIsToldOfTheAdapter() throws IOException {
    List<Map<String, Double>> steps =
        runs.steps(grpo(", sync: {}", "", ""), "each", "--optim.lr=0.1");
    for (Map<String, Double> step : steps) {
      assertThat(step.get("ratio")).isCloseTo(1, within(1e-4));
    }
    assertThat(server.requests)
        .contains("load_lora_adapter luthier-3", "completions luthier-3")
        .doesNotContain("unload_lora_adapter luthier-9");
    assertThat(dir.resolve("each/served/luthier-3")).isDirectory();
    assertThat(dir.resolve("each/served/luthier-1")).doesNotExist();
    steps = runs.steps(grpo(", sync: { every: 2 }", "", ""), "second", "--optim.lr=0.1");
    assertThat(steps.get(2).get("behind_kl")).isCloseTo(0, within(1e-6));
    assertThat(steps.get(3).get("behind_kl")).isGreaterThan(1e-5);
  }

  /**
   * A server that goes away amid a rollout: one line, all is saved, what it answered is not asked
   * again, and the run goes on to the bytes of one that never lost it.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | '' | '' | 4",
        "', sync: { every: 2 }' | ', redraws: 1' | '' | 4",
        "', sync: {}' | ', ahead: 1' | ', updates: { iterations: 2 }, kl: { in_loss: {} }' | 6"
      })
  void aServerThatGoesAway(String endpoint, String rollout, String more, int max)
      throws IOException {
    String method = grpo(endpoint, rollout, more);
    String[] keys = {"--optim.max_steps=" + max, "--checkpoint.every=1"};
    runs.steps(method, "whole", keys);
    int all = server.asked();
    server.downAfter(all * 3 / 5);
    Said said = runs.train(method, "broken", keys);
    assertThat(said.code()).isNotZero();
    assertThat(said.err().strip().lines().toList())
        .last()
        .asString()
        .contains("127.0.0.1")
        .contains("the same command goes on");
    assertThat(said.all()).contains("--resume goes on from there");
    server.up();
    said = runs.train(method, "broken", keys[0], keys[1], "--resume");
    assertThat(said.code()).as(said.err()).isZero();
    runs.same("whole", "broken", RESULT, "rollouts.jsonl");
  }

  /** Without tokens or log-probabilities the policy's own are taken, and the run says so. */
  @Test
  void textAlone() throws IOException {
    Said said = runs.train(grpo(", tokens: text, logprobs: none", "", ""), "text");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.all())
        .contains("tells no log-probability of")
        .contains("another text in the model's tokens"); // bytes that are no text
    assertThat(runs.logged("text").get(0))
        .containsEntry("ratio", 1.0)
        .doesNotContainKey("behind_kl");
    server.without(Silent.LOG_PROBS);
    said = runs.train(grpo("", "", ""), "silent");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.all()).contains("tells no log-probability of");
    assertThat(Files.readAllLines(log("silent"))).hasSize(32);
  }

  /** Another temperature: what was drawn from is weighted, as for the policy's own answers. */
  @Test
  void whatItDrewFromIsCorrectedFor() throws IOException {
    Map<String, Double> step =
        runs.steps(grpo(", logprobs: processed", ", temperature: 0.7", ""), "out").get(0);
    assertThat(step.get("sampling_kl")).isPositive();
    assertThat(step.get("ratio")).isEqualTo(1);
  }

  @Test
  void refusesWhatCannotWork() throws IOException {
    runs.refused("logprobs must be processed", grpo("", ", temperature: 0.7", ""));
    runs.refused("peft is ia3; take lora", grpo(", sync: {}", "", ""), "--peft={ia3: {}}");
    runs.refused("sync.every must be", grpo(", sync: { every: 0 }", "", ""));
    runs.refused("endpoint.url must be an address", grpo("", "", "").replace(server.url(), "x"));
    runs.refused(
        "has no ratio to correct for", grpo("", "", "").replace("{ grpo:", "{ reinforce:"));
    runs.refused("answers with status 404", grpo("", "", "").replace("model: base", "model: b"));
    server.without(Silent.SAMPLES);
    runs.refused("gives 1 answers where 4 were asked for", grpo("", "", ""));
    server.without(Silent.TOKENS);
    runs.refused("set by.endpoint.tokens: text", grpo("", "", ""));
    server.downAfter(0);
    assertThat(runs.train(grpo("", "", ""), "gone").all()).contains("127.0.0.1");
    assertThat(dir.resolve("gone")).doesNotExist();
  }
}

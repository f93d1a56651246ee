package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.reward.Scores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that learn from rewards for the model's own answers, by their recipes. */
class PolicyRunsTest {
  private static final String REST =
      """
      data: { train: train.jsonl, eval: eval.jsonl }
      optim: { lr: 5e-3, batch: 4, max_steps: 4, epochs: 40 }
      """;

  private static final String SHORT = "rollout: { samples: 4, max_new_tokens: 6 }";

  @TempDir Path dir;
  private PromptRuns run;

  @BeforeEach
  void write() throws IOException {
    run = PromptRuns.letters(dir, REST);
  }

  /**
   * One step on each rollout: the policy that learns is the one that wrote, so every ratio is 1,
   * none is clipped, and nothing has moved. Advantages of a group add up to 0, so the loss is 0
   * where answers count the same.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {"grpo", "bnpo", "dapo", "dr_grpo", "gspo", "luspo", "rloo", "cispo", "sapo"})
  void onPolicyNothingHasMoved(String loss) throws IOException {
    for (Map<String, Double> step :
        run.steps("{ %s: { %s, %s } }".formatted(loss, run.rewards(), SHORT), "out")) {
      assertThat(step.get("ratio")).isEqualTo(1);
      assertThat(step.get("old_kl")).isZero();
      assertThat(step.getOrDefault("clip_ratio_region", 0.0)).isZero();
      assertThat(step.get("gradient_norm")).isPositive();
      assertThat(step.get("reward/letters")).isEqualTo(step.get("reward")).isBetween(0.0, 1.0);
    }
  }

  /** Before the first step the policy is the reference: no distance, whatever it costs. */
  @ParameterizedTest
  @ValueSource(strings = {"adapters_off", "{ copy: {} }"})
  void startsAtTheReference(String reference) throws IOException {
    List<Map<String, Double>> steps =
        run.steps(
            "{ grpo: { %s, %s, kl: { in_loss: { beta: 0.1 } }, reference: %s } }"
                .formatted(run.rewards(), SHORT, reference),
            "out");
    assertThat(steps.get(0).get("kl")).isZero();
    assertThat(steps.get(3).get("kl")).isPositive();
  }

  /** What rewards pay for the distance parts later steps from those of a free policy. */
  @Test
  void rewardsPayForTheDistance() throws IOException {
    String free = "{ rloo: { %s, %s } }".formatted(run.rewards(), SHORT);
    String paying =
        "{ rloo: { %s, %s, kl: { in_reward: { control: { adaptive: { start: 5, horizon: 20 } } } } } }"
            .formatted(run.rewards(), SHORT);
    List<Map<String, Double>> a = run.steps(free, "free");
    List<Map<String, Double>> b = run.steps(paying, "paying");
    double first = a.get(0).get("gradient_norm");
    assertThat(b.get(0).get("gradient_norm")).isCloseTo(first, within(1e-3 * first)); // rounding
    double last = a.get(3).get("gradient_norm");
    assertThat(Math.abs(b.get(3).get("gradient_norm") - last)).isGreaterThan(1e-3 * last);
  }

  /**
   * Rewards that are all the same: no gradient, and after ten rollouts the run says so and ends.
   */
  @Test
  void nothingToCompare() throws IOException {
    Said said =
        run.train(
            "{ grpo: { rewards: { same: { scorer: length } }, %s } }".formatted(SHORT),
            "out",
            "--optim.max_steps=20");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.all())
        .contains("in the last 10 rollouts all answers to a prompt were worth the same (1.000")
        .contains("10 (stopped early)");
    assertThat(run.logged("out"))
        .hasSize(10)
        .allSatisfy(step -> assertThat(step.get("gradient_norm")).isZero())
        .allSatisfy(step -> assertThat(step.get("flat_groups")).isEqualTo(1));
  }

  /** A run that was broken off amid a rollout goes on with its answers, to the same end. */
  @Test
  void goesOnAmidARollout() throws IOException {
    String method =
        "{ dapo: { %s, %s, updates: { iterations: 2, minibatches: 2 }, kl: { in_loss: {} } } }"
            .formatted(run.rewards().replace("} } } }", "} }, normalize: rollout } }"), SHORT);
    String[] often = {"--optim.max_steps=7", "--checkpoint.every=1"};
    List<Map<String, Double>> whole = run.steps(method, "whole", often);
    assertThat(whole.get(0).get("ratio")).isEqualTo(1);
    assertThat(whole.get(3).get("ratio")).isNotEqualTo(1);
    run.steps(method, "broken", often);
    run.breakOff("broken", 7); // back to step 6, the second of the second rollout's four
    Said said = run.train(method, "broken", often[0], often[1], "--resume");
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    run.same("broken", "whole", "adapter/adapter_model.safetensors");
    run.same("broken", "whole", "rollouts.jsonl");
  }

  /** Killed in the third rollout, with its last checkpoint amid the second: the same end. */
  @Test
  void goesOnAmidAnEarlierRollout() throws IOException {
    String method =
        "{ dapo: { %s, %s, updates: { iterations: 2, minibatches: 2 } } }"
            .formatted(run.rewards(), SHORT);
    String[] seldom = {"--optim.max_steps=9", "--checkpoint.every=6"};
    run.steps(method, "rarely", seldom);
    run.steps(method, "killed", seldom);
    run.breakOff("killed", 9);
    assertThat(dir.resolve("killed/rollouts")).isDirectoryContaining("glob:**/000001-*");
    Said said = run.train(method, "killed", seldom[0], seldom[1], "--resume");
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    run.same("killed", "rarely", "adapter/adapter_model.safetensors");
  }

  /** Two prompts' four answers each of two rollouts; a run that goes on writes the second again. */
  @Test
  void keepsAnswers() throws IOException {
    String method =
        "{ grpo: { %s, rollout: { samples: 4, max_new_tokens: 6, log: 8 } } }"
            .formatted(run.rewards());
    run.steps(method, "out", "--optim.max_steps=2", "--checkpoint.every=1");
    Path log = dir.resolve("out/rollouts.jsonl");
    List<String> lines = Files.readAllLines(log);
    assertThat(lines).hasSize(16);
    ObjectMapper json = new ObjectMapper();
    double advantages = 0;
    for (int i = 0; i < 16; i++) {
      var line = json.readTree(lines.get(i));
      assertThat(line.path("rollout").asInt()).isEqualTo(1 + i / 8);
      assertThat(line.path("prompt").asText())
          .isEqualTo(json.readTree(lines.get(i - i % 4)).path("prompt").asText())
          .isNotEmpty();
      assertThat(line.path("reward").asDouble()).isEqualTo(line.at("/parts/letters").asDouble());
      assertThat(line.path("tokens").asInt()).isBetween(1, 6);
      assertThat(line.path("finish").asText()).isIn("end", "length");
      advantages += line.path("advantage").asDouble();
    }
    assertThat(advantages).isCloseTo(0, within(1e-4));
    run.breakOff("out", 2);
    Files.writeString(log, "{\"rollout\": 3, \"pro", StandardOpenOption.APPEND); // killed
    Said said = run.train(method, "out", "--optim.max_steps=2", "--checkpoint.every=1", "--resume");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(Files.readAllLines(log)).isEqualTo(lines);
  }

  /**
   * A service that goes away amid a run: one line, all steps so far are saved, and the run that
   * goes on ends with the bytes of one that never lost it. Of 6 requests one is the first look, one
   * for each answered prompt of the evaluation, which micro-batches of 4 make one, and one a
   * rollout.
   */
  @Test
  void aServiceThatGoesAway() throws IOException {
    try (Scores server = new Scores()) {
      String method =
          "{ grpo: { rewards: { s: { scorer: { http: { url: '%s', retries: 0 } } } }, %s } }"
              .formatted(server.url(), SHORT);
      run.steps(method, "whole");
      int all = server.asked();
      server.downAfter(all + 4); // the look, the evaluation, two rollouts
      Said said = run.train(method, "broken");
      assertThat(said.code()).isEqualTo(2);
      assertThat(said.err().strip().lines().toList())
          .last()
          .asString()
          .contains(server.url() + " breaks the connection off (1 attempts)");
      assertThat(said.all()).contains("saved after step 2; --resume goes on from there");
      server.up();
      said = run.train(method, "broken", "--resume");
      assertThat(said.code()).as(said.err()).isZero();
      run.same("broken", "whole", "adapter/adapter_model.safetensors");
      run.same("broken", "whole", "rollouts.jsonl");
    }
  }

  /** Gates and products in a run: every part is logged by its way. */
  @Test
  void logsAllParts() throws IOException {
    String gated =
        "{ grpo: { rewards: { g: { scorer: { gate: { when: { regex: { pattern: '[a-z]' } }, then: {"
            + " product: { of: { short: { length: { most: 3, slack: 3 } }, fresh: { repetition: {"
            + " n: 1 } } } } } } }, clip: [0, 0.5] } }, %s } }";
    Map<String, Double> step = run.steps(gated.formatted(SHORT), "out").get(0);
    assertThat(step)
        .containsKeys(
            "reward/g",
            "reward/g/unclipped",
            "reward/g/when",
            "reward/g/open",
            "reward/g/then",
            "reward/g/then/short",
            "reward/g/then/fresh");
  }

  /**
   * Prompts that teach nothing are replaced: here those whose answers are all without a small
   * letter, or all made of nothing else. The same seed draws the same again, also amid a rollout.
   */
  @Test
  void drawsOthersInstead() throws IOException {
    String method =
        "{ dapo: { rewards: { some: { scorer: { regex: { pattern: '[a-f]' } } } }, rollout: {"
            + " samples: 2, max_new_tokens: 4, redraws: 3, overlong: { limit: 4, cache: 2 } },"
            + " updates: { minibatches: 2 } } }";
    List<Map<String, Double>> once = run.steps(method, "once");
    assertThat(once.stream().mapToDouble(step -> step.getOrDefault("redrawn", 0.0)).sum())
        .isPositive();
    assertThat(once.get(0).get("reward/overlong")).isBetween(-1.0, 0.0);
    run.steps(method, "again", "--checkpoint.every=1");
    run.breakOff("again", 4); // back to step 3, amid the second rollout
    Said said = run.train(method, "again", "--checkpoint.every=1", "--resume");
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    List<Map<String, Double>> twice = run.logged("again");
    assertThat(twice.get(3).get("loss")).isEqualTo(once.get(3).get("loss"));
  }

  /** A draw from another distribution than the policy's is weighted. */
  @Test
  void correctsForTheSampler() throws IOException {
    Map<String, Double> step =
        run.steps(
                "{ grpo: { %s, rollout: { samples: 4, max_new_tokens: 6, temperature: 0.7 } } }"
                    .formatted(run.rewards()),
                "out")
            .get(0);
    assertThat(step.get("sampling_kl")).isPositive();
    assertThat(step).containsKey("sampling_weight");
  }

  /** What is measured beside the reward is in the log, and is not learnt from. */
  @Test
  void measuresGold() throws IOException {
    Said said =
        run.train("{ grpo: { %s, %s, gold: exact_match } }".formatted(run.rewards(), SHORT), "out");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.all())
        .contains("gold 0.000")
        .contains("gold error 0.000")
        .contains("eval/reward")
        .contains("eval/truncated");
  }

  @Test
  void refusesWhatCannotWork() throws IOException {
    run.refused("missing key method.grpo.rewards", "{ grpo: { %s } }".formatted(SHORT));
    run.refused(
        "rollout.samples must be at least 2",
        "{ grpo: { %s, rollout: { samples: 1 } } }".formatted(run.rewards()));
    run.refused(
        "rollout.redraws replaces prompts whose answers are all worth the same",
        "{ reinforce: { %s, rollout: { samples: 1, redraws: 1 } } }".formatted(run.rewards()));
    run.refused(
        "rollout.temperature must be > 0",
        "{ grpo: { %s, rollout: { temperature: 0 } } }".formatted(run.rewards()));
    run.refused(
        "updates.minibatches must be at most optim.batch",
        "{ grpo: { %s, updates: { minibatches: 9 } } }".formatted(run.rewards()));
    run.refused("scores answers of the file", "{ grpo: { rewards: { r: column } } }");
    run.refused(
        "gold_stop needs something that is gold",
        "{ grpo: { %s, gold_stop: 2 } }".formatted(run.rewards()));
    run.refused(
        "cannot be reached (1 attempts)",
        "{ grpo: { rewards: { r: { scorer: { http: { url: 'http://127.0.0.1:1/', retries: 0 } } } }, %s } }"
            .formatted(SHORT));
    run.refused(
        "code finds no tests in column \"tests\"",
        "{ grpo: { rewards: { r: { scorer: code } }, %s } }".formatted(SHORT));
    run.refused(
        "reference is cached, but answers are new in every rollout",
        "{ grpo: { %s, kl: { in_loss: {} }, reference: cached } }".formatted(run.rewards()));
    run.refused(
        "finds no expected number in column \"answer\"",
        "{ grpo: { rewards: { r: { scorer: { numeric_answer: { column: answer } } } }, %s } }"
            .formatted(SHORT));
    run.refused(
        "did you mean method.grpo.rewards.NAME.scorer.length?",
        "{ grpo: { rewards: { r: { length: {} } } } }");
    run.refused(
        "scorer.java: NoSuch: there is no such class",
        "{ grpo: { rewards: { r: { scorer: { java: NoSuch } } }, %s } }".formatted(SHORT));
  }

  /** Prompts alone are enough where no reward asks for more. */
  @Test
  void promptsAlone() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(dir.resolve("train.jsonl"))) {
      lines.add(
          json.writeValueAsString(Map.of("question", json.readTree(line).path("prompt").asText())));
    }
    Files.write(dir.resolve("train.jsonl"), lines);
    assertThat(run.steps("{ grpo: { %s, %s } }".formatted(run.rewards(), SHORT), "out")).hasSize(4);
    run.refused(
        "finds no expected answer in column \"expected\"",
        "{ grpo: { rewards: { r: exact_match }, %s } }".formatted(SHORT));
  }
}

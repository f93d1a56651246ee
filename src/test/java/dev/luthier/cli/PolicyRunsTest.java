package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.TinyRun;
import dev.luthier.reward.Scores;
import dev.luthier.train.MetricsFile;
import dev.luthier.user.Compiled;
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
  /** The share of an answer's characters that are small letters: every answer has another one. */
  private static final String LETTERS =
      """
      import dev.luthier.reward.*;
      import java.util.List;
      public class Letters implements Reward {
        @Override public List<Score> of(List<Asked> answers) {
          return answers.stream().map(a -> {
            String text = a.answered().said();
            long small = text.chars().filter(c -> c >= 'a' && c <= 'z').count();
            return Score.of(small / (double) Math.max(1, text.length()));
          }).toList();
        }
      }
      """;

  private static final String SHORT = "rollout: { samples: 4, max_new_tokens: 6 }";

  @TempDir Path dir;
  private TinyRun tiny;
  private String rewards;

  @BeforeEach
  void write() throws IOException {
    tiny = TinyRun.in(dir.resolve("tiny"));
    Path classes = Compiled.classes(dir.resolve("classes"), LETTERS);
    rewards =
        "rewards: { letters: { scorer: { java: { name: org.acme.Letters, jar: %s } } } }"
            .formatted(classes);
    List<String> lines = Files.readAllLines(tiny.dir().resolve("train.jsonl"));
    Files.write(dir.resolve("train.jsonl"), lines.subList(0, 16));
    Files.write(dir.resolve("eval.jsonl"), lines.subList(16, 20));
  }

  private Said train(String method, String out, String... more) throws IOException {
    String text =
        """
        model: { path: %s/model, device: cpu }
        method: %s
        peft: { lora: { rank: 4, alpha: 8 } }
        data: { train: %s/train.jsonl, eval: %s/eval.jsonl }
        optim: { lr: 5e-3, batch: 4, max_steps: 4, epochs: 40 }
        eval: { every: never, generate: 0 }
        output: %s/out
        """
            .formatted(tiny.dir(), method, dir, dir, dir);
    Path recipe = Files.writeString(dir.resolve("recipe.yaml"), text);
    List<String> args =
        new ArrayList<>(
            List.of("train", recipe.toString(), "--output=" + dir.resolve(out).toString()));
    args.addAll(List.of(more));
    return Said.luthier(args.toArray(String[]::new));
  }

  /** What every step of a run that ends well logged. */
  private List<Map<String, Double>> steps(String method, String out, String... more)
      throws IOException {
    Said said = train(method, out, more);
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    return logged(out);
  }

  private List<Map<String, Double>> logged(String out) {
    return MetricsFile.read(dir.resolve(out).resolve("metrics.jsonl")).stream()
        .map(MetricsFile.Line::values)
        .filter(values -> values.containsKey("loss"))
        .toList();
  }

  private void refused(String line, String method, String... more) throws IOException {
    Said said = train(method, "refused", more);
    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err().strip().lines()).hasSize(1);
    assertThat(said.err()).contains(line);
    assertThat(dir.resolve("refused")).doesNotExist();
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
        steps("{ %s: { %s, %s } }".formatted(loss, rewards, SHORT), "out")) {
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
        steps(
            "{ grpo: { %s, %s, kl: { in_loss: { beta: 0.1 } }, reference: %s } }"
                .formatted(rewards, SHORT, reference),
            "out");
    assertThat(steps.get(0).get("kl")).isZero();
    assertThat(steps.get(3).get("kl")).isPositive();
  }

  /** What rewards pay for the distance parts later steps from those of a free policy. */
  @Test
  void rewardsPayForTheDistance() throws IOException {
    String free = "{ rloo: { %s, %s } }".formatted(rewards, SHORT);
    String paying =
        "{ rloo: { %s, %s, kl: { in_reward: { control: { adaptive: { start: 5, horizon: 20 } } } } } }"
            .formatted(rewards, SHORT);
    List<Map<String, Double>> a = steps(free, "free");
    List<Map<String, Double>> b = steps(paying, "paying");
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
        train(
            "{ grpo: { rewards: { same: { scorer: length } }, %s } }".formatted(SHORT),
            "out",
            "--optim.max_steps=20");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.all())
        .contains("in the last 10 rollouts all answers to a prompt were worth the same (1.000")
        .contains("10 (stopped early)");
    assertThat(logged("out"))
        .hasSize(10)
        .allSatisfy(step -> assertThat(step.get("gradient_norm")).isZero())
        .allSatisfy(step -> assertThat(step.get("flat_groups")).isEqualTo(1));
  }

  /** A run that was broken off amid a rollout goes on with its answers, to the same end. */
  @Test
  void goesOnAmidARollout() throws IOException {
    String method =
        "{ dapo: { %s, %s, updates: { iterations: 2, minibatches: 2 }, kl: { in_loss: {} } } }"
            .formatted(rewards.replace("} } } }", "} }, normalize: rollout } }"), SHORT);
    String[] often = {"--optim.max_steps=7", "--checkpoint.every=1"};
    List<Map<String, Double>> whole = steps(method, "whole", often);
    assertThat(whole.get(0).get("ratio")).isEqualTo(1);
    assertThat(whole.get(3).get("ratio")).isNotEqualTo(1);
    steps(method, "broken", often);
    try (var folders = Files.list(dir.resolve("broken/checkpoints"))) {
      assertThat(folders.count()).isPositive();
    }
    Path last = dir.resolve("broken/checkpoints");
    delete(last, 7); // back to step 6, the second of the second rollout's four
    Said said = train(method, "broken", often[0], often[1], "--resume");
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    assertThat(Files.readAllBytes(dir.resolve("broken/adapter/adapter_model.safetensors")))
        .isEqualTo(Files.readAllBytes(dir.resolve("whole/adapter/adapter_model.safetensors")));
    assertThat(Files.readString(dir.resolve("broken/rollouts.jsonl")))
        .isEqualTo(Files.readString(dir.resolve("whole/rollouts.jsonl")));
  }

  /** Two prompts' four answers each of two rollouts; a run that goes on writes the second again. */
  @Test
  void keepsAnswers() throws IOException {
    String method =
        "{ grpo: { %s, rollout: { samples: 4, max_new_tokens: 6, log: 8 } } }".formatted(rewards);
    steps(method, "out", "--optim.max_steps=2", "--checkpoint.every=1");
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
    delete(dir.resolve("out/checkpoints"), 2);
    Files.writeString(log, "{\"rollout\": 3, \"pro", StandardOpenOption.APPEND); // killed
    Said said = train(method, "out", "--optim.max_steps=2", "--checkpoint.every=1", "--resume");
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
      steps(method, "whole");
      int all = server.asked();
      server.downAfter(all + 4); // the look, the evaluation, two rollouts
      Said said = train(method, "broken");
      assertThat(said.code()).isEqualTo(2);
      assertThat(said.err().strip().lines().toList())
          .last()
          .asString()
          .contains(server.url() + " breaks the connection off (1 attempts)");
      assertThat(said.all()).contains("saved after step 2; --resume goes on from there");
      server.up();
      said = train(method, "broken", "--resume");
      assertThat(said.code()).as(said.err()).isZero();
      for (String file : List.of("adapter/adapter_model.safetensors", "rollouts.jsonl")) {
        assertThat(Files.readAllBytes(dir.resolve("broken").resolve(file)))
            .isEqualTo(Files.readAllBytes(dir.resolve("whole").resolve(file)));
      }
    }
  }

  /** Gates and products in a run: every part is logged by its way. */
  @Test
  void logsAllParts() throws IOException {
    String gated =
        "{ grpo: { rewards: { g: { scorer: { gate: { when: { regex: { pattern: '[a-z]' } }, then: {"
            + " product: { of: { short: { length: { most: 3, slack: 3 } }, fresh: { repetition: {"
            + " n: 1 } } } } } } }, clip: [0, 0.5] } }, %s } }";
    Map<String, Double> step = steps(gated.formatted(SHORT), "out").get(0);
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

  private static void delete(Path checkpoints, int step) throws IOException {
    try (var all = Files.walk(checkpoints)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        if (path.toString().matches(".*step-0*%d(/.*)?".formatted(step))) {
          Files.delete(path);
        }
      }
    }
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
    List<Map<String, Double>> once = steps(method, "once");
    assertThat(once.stream().mapToDouble(step -> step.getOrDefault("redrawn", 0.0)).sum())
        .isPositive();
    assertThat(once.get(0).get("reward/overlong")).isBetween(-1.0, 0.0);
    steps(method, "again", "--checkpoint.every=1");
    delete(dir.resolve("again/checkpoints"), 4); // back to step 3, amid the second rollout
    Said said = train(method, "again", "--checkpoint.every=1", "--resume");
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    List<Map<String, Double>> twice = logged("again");
    assertThat(twice.get(3).get("loss")).isEqualTo(once.get(3).get("loss"));
  }

  /** A draw from another distribution than the policy's is weighted. */
  @Test
  void correctsForTheSampler() throws IOException {
    Map<String, Double> step =
        steps(
                "{ grpo: { %s, rollout: { samples: 4, max_new_tokens: 6, temperature: 0.7 } } }"
                    .formatted(rewards),
                "out")
            .get(0);
    assertThat(step.get("sampling_kl")).isPositive();
    assertThat(step).containsKey("sampling_weight");
  }

  /** What is measured beside the reward is in the log, and is not learnt from. */
  @Test
  void measuresGold() throws IOException {
    Said said = train("{ grpo: { %s, %s, gold: exact_match } }".formatted(rewards, SHORT), "out");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.all())
        .contains("gold 0.000")
        .contains("gold error 0.000")
        .contains("eval/reward")
        .contains("eval/truncated");
  }

  @Test
  void refusesWhatCannotWork() throws IOException {
    refused("missing key method.grpo.rewards", "{ grpo: { %s } }".formatted(SHORT));
    refused(
        "rollout.samples must be at least 2",
        "{ grpo: { %s, rollout: { samples: 1 } } }".formatted(rewards));
    refused(
        "rollout.redraws replaces prompts whose answers are all worth the same",
        "{ reinforce: { %s, rollout: { samples: 1, redraws: 1 } } }".formatted(rewards));
    refused(
        "rollout.temperature must be > 0",
        "{ grpo: { %s, rollout: { temperature: 0 } } }".formatted(rewards));
    refused(
        "updates.minibatches must be at most optim.batch",
        "{ grpo: { %s, updates: { minibatches: 9 } } }".formatted(rewards));
    refused("scores answers of the file", "{ grpo: { rewards: { r: column } } }");
    refused(
        "gold_stop needs something that is gold",
        "{ grpo: { %s, gold_stop: 2 } }".formatted(rewards));
    refused(
        "cannot be reached (1 attempts)",
        "{ grpo: { rewards: { r: { scorer: { http: { url: 'http://127.0.0.1:1/', retries: 0 } } } }, %s } }"
            .formatted(SHORT));
    refused(
        "code finds no tests in column \"tests\"",
        "{ grpo: { rewards: { r: { scorer: code } }, %s } }".formatted(SHORT));
    refused(
        "reference is cached, but answers are new in every rollout",
        "{ grpo: { %s, kl: { in_loss: {} }, reference: cached } }".formatted(rewards));
    refused(
        "finds no expected number in column \"answer\"",
        "{ grpo: { rewards: { r: { scorer: { numeric_answer: { column: answer } } } }, %s } }"
            .formatted(SHORT));
    refused(
        "did you mean method.grpo.rewards.NAME.scorer.length?",
        "{ grpo: { rewards: { r: { length: {} } } } }");
    refused(
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
    assertThat(steps("{ grpo: { %s, %s } }".formatted(rewards, SHORT), "out")).hasSize(4);
    refused(
        "finds no expected answer in column \"expected\"",
        "{ grpo: { rewards: { r: exact_match }, %s } }".formatted(SHORT));
  }
}

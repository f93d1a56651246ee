package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs with a value model, and what they share with those without one, by their recipes. */
class PpoRunsTest {
  private static final String REST =
      """
      data: { train: train.jsonl }
      optim: { lr: 5e-3, batch: 4, micro_batch: 3, max_steps: 4, epochs: 40, schedule: constant }
      """;

  private static final String SHORT = "rollout: { samples: 2, max_new_tokens: 6 }";
  private static final String HEAD = "head: { lr: 1e-2 }";
  private static final String CRITIC = "critic: { lr: 1e-3 }";

  @TempDir Path dir;
  private PromptRuns run;

  @BeforeEach
  void write() throws IOException {
    run = PromptRuns.letters(dir, REST);
  }

  private String ppo(String more) {
    return "{ ppo: { %s, %s, %s } }".formatted(run.rewards(), SHORT, more);
  }

  /**
   * The first step on each rollout: the policy that learns is the one that wrote, so every ratio is
   * 1, none is clipped, and nothing has moved; the reference is the policy in the first.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ppo: { value: { head: {} },",
        "ppo: { value: { head: { detached: true } },",
        "ppo: { value: { critic: {} },",
        "reinforce_plus_plus: {"
      })
  void onPolicyNothingHasMoved(String method) throws IOException {
    List<Map<String, Double>> steps =
        run.steps(
            "{ %s %s, %s, updates: { iterations: 2 }, kl: { in_reward: {} } } }"
                .formatted(method, run.rewards(), SHORT),
            "out");
    for (int i = 0; i < 4; i++) {
      Map<String, Double> step = steps.get(i);
      assertThat(step.get("gradient_norm")).isPositive();
      assertThat(step.containsKey("reward")).isEqualTo(i % 2 == 0);
      if (i % 2 == 0) {
        assertThat(step.get("ratio")).isEqualTo(1);
        assertThat(step.get("old_kl")).isZero();
        assertThat(step.get("clip_ratio_region")).isZero();
        assertThat(step.get("kl_beta")).isCloseTo(0.05, org.assertj.core.data.Offset.offset(1e-6));
        assertThat(step).containsKeys("answer_kl", "returns", "sampled_entropy", "flat_groups");
      } else {
        assertThat(step.get("old_kl")).isPositive();
      }
    }
    assertThat(steps.get(0).get("answer_kl")).isZero();
    assertThat(steps.get(2).get("answer_kl")).isNotZero();
    if (method.startsWith("ppo")) {
      assertThat(steps.get(0)).containsKeys("vf_loss", "vf_clip_ratio", "value", "advantage");
      assertThat(steps.get(0).get("explained_variance")).isLessThan(1);
    }
  }

  /** On one rollout, which eight steps learn from, the values come closer to the returns. */
  @ParameterizedTest
  @ValueSource(strings = {HEAD, CRITIC})
  void valuesComeCloser(String value) throws IOException {
    List<Map<String, Double>> steps =
        run.steps(
            ppo("updates: { iterations: 8 }, value: { %s }, vf_coef: 1".formatted(value)),
            "out",
            "--optim.max_steps=8",
            "--optim.lr=1e-5");
    assertThat(steps.stream().filter(s -> s.containsKey("reward"))).hasSize(1);
    assertThat(steps.get(7).get("vf_loss")).isLessThan(0.8 * steps.get(0).get("vf_loss"));
    for (int i = 1; i < 8; i++) {
      assertThat(steps.get(i).get("vf_loss")).isLessThan(steps.get(i - 1).get("vf_loss"));
    }
  }

  /** A run that was broken off amid a rollout goes on with its answers, to the same end. */
  @ParameterizedTest
  @ValueSource(strings = {HEAD, CRITIC})
  void goesOnAmidARollout(String value) throws IOException {
    String method =
        ppo(
            "updates: { iterations: 2, minibatches: 2, stop_at_kl: 1000 }, cliprange_value: 0.2,"
                + " kl: { in_reward: { control: { adaptive: { horizon: 20 } } } }, value: { %s }"
                    .formatted(value));
    String[] often = {"--optim.max_steps=7", "--checkpoint.every=1"};
    List<Map<String, Double>> whole = run.steps(method, "whole", often);
    assertThat(whole.get(4).get("kl_beta")).isNotEqualTo(whole.get(0).get("kl_beta"));
    run.steps(method, "broken", often);
    run.breakOff("broken", 7); // to step 6, the second of the second rollout
    Said said = run.train(method, "broken", often[0], often[1], "--resume");
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    run.same("broken", "whole", "adapter/adapter_model.safetensors");
    run.same(
        "broken",
        "whole",
        "adapter/value/" + (value.equals(HEAD) ? "value_head" : "model") + ".safetensors");
  }

  /**
   * Rollouts are good for four steps, but the second is already too far: the third begins another.
   * A run that goes on at an odd step knows that, too.
   */
  @Test
  void stopsAtKl() throws IOException {
    String method = ppo("updates: { iterations: 4, stop_at_kl: 1e-9 }");
    String[] often = {"--optim.max_steps=6", "--checkpoint.every=1"};
    List<Map<String, Double>> whole = run.steps(method, "whole", often);
    for (int i = 0; i < 6; i++) {
      assertThat(whole.get(i).containsKey("reward")).isEqualTo(i % 2 == 0);
      assertThat(whole.get(i).get("stopped_at_kl")).isEqualTo(i % 2);
    }
    run.steps(method, "broken", often);
    run.breakOff("broken", 6);
    Said said = run.train(method, "broken", often[0], often[1], "--resume");
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    run.same("broken", "whole", "adapter/adapter_model.safetensors");
  }

  /** A bonus for entropy, and texts beside the answers; both are logged. */
  @Test
  void entropyAndTexts() throws IOException {
    String texts =
        "pretraining_mix: { data: %s, coef: 0.5, batch: 5 }".formatted(dir.resolve("train.jsonl"));
    List<Map<String, Double>> steps =
        run.steps(
            "{ grpo: { %s, %s, entropy_coef: 0.01, %s } }".formatted(run.rewards(), SHORT, texts),
            "out",
            "--optim.max_steps=8");
    Map<String, Double> first = steps.get(0);
    assertThat(first.get("entropy")).isBetween(0.0, Math.log(320)); // nats of 320 tokens
    // On policy GRPO's own loss is 0, so what is left are the texts less the bonus.
    assertThat(first.get("loss"))
        .isCloseTo(
            0.5 * first.get("pretraining_loss") - 0.01 * first.get("entropy"),
            org.assertj.core.data.Offset.offset(1e-4));
    assertThat(steps.get(7).get("pretraining_loss")).isLessThan(first.get("pretraining_loss"));
  }

  /** What a run leaves of its value model is where another begins. */
  @Test
  void goesOnFromAValueModel() throws IOException {
    run.steps(ppo("value: { %s }, vf_coef: 1".formatted(CRITIC)), "one");
    Path value = dir.resolve("one/adapter/value");
    run.steps(ppo("value: { critic: { model: %s } }".formatted(value)), "two");
    assertThat(run.logged("two").get(0).get("value")).isNotZero();
    assertThat(run.logged("one").get(0).get("value")).isZero(); // a critic's new head
    run.steps(ppo("value: { %s }".formatted(HEAD)), "three");
    run.steps(
        ppo("value: { head: { start: %s } }".formatted(dir.resolve("three/adapter/value"))), "4");
    assertThat(run.logged("4").get(0).get("value"))
        .isNotEqualTo(run.logged("three").get(0).get("value"));
  }

  /** An answer that was cut pays for it, and is worth less in the end. */
  @Test
  void missingEnd() throws IOException {
    Map<String, Double> free = run.steps(ppo("missing_eos_penalty: 0"), "free").get(0);
    Map<String, Double> paying = run.steps(ppo("missing_eos_penalty: 2"), "paying").get(0);
    assertThat(free.get("truncated")).isPositive();
    assertThat(paying.get("reward")).isEqualTo(free.get("reward"));
    assertThat(paying.get("returns")).isLessThan(free.get("returns"));
  }

  @Test
  void refusesWhatCannotWork() throws IOException {
    run.refused("updates.stop_at_kl must be > 0", ppo("updates: { stop_at_kl: 0 }"));
    run.refused("entropy_coef must be", ppo("entropy_coef: -1"));
    run.refused("vf_coef must be", ppo("vf_coef: -1"));
    run.refused("gae.lambda must be from 0 to 1", ppo("lambda: 2"));
    run.refused("critic.lr must be > 0", ppo("value: { critic: { lr: 0 } }"));
    run.refused(
        "which has no value_head.safetensors",
        ppo("value: { head: { start: %s/tiny } }".formatted(dir)));
    run.refused("config.json", ppo("value: { critic: { model: %s/classes } }".formatted(dir)));
    run.refused(
        "pretraining_mix.coef must be > 0",
        ppo("pretraining_mix: { data: %s/train.jsonl, coef: 0 }".formatted(dir)));
    run.refused("nowhere.jsonl", ppo("pretraining_mix: { data: nowhere.jsonl }"));
    String config = Files.readString(run.tiny().dir().resolve("model/config.json"));
    Path two = Files.createDirectories(dir.resolve("two"));
    Files.writeString(
        two.resolve("config.json"),
        config
            .replace("ForCausalLM", "ForSequenceClassification")
            .replaceFirst("\\{", "{ \"id2label\": { \"0\": \"kind\", \"1\": \"short\" },"));
    run.refused("which has 2 scores", ppo("value: { critic: { model: %s } }".formatted(two)));
    Files.writeString(two.resolve("adapter_config.json"), "{}");
    run.refused(
        "an adapter; merge it with", ppo("value: { critic: { model: %s } }".formatted(two)));
    run.refused(
        "peft.lt_sft first looks for the weights that learn",
        ppo("vf_coef: 1"),
        "--peft={ lt_sft: {} }");
    run.refused("unknown key method.ppo.advantage", ppo("advantage: { baseline: group }"));
    run.refused(
        "value.lr is set, but the optimizer finds its rate",
        ppo("value: { %s }".formatted(HEAD)),
        "--optim.lr=null",
        "--optim.optimizer={ adafactor: { relative_step: true } }");
  }
}

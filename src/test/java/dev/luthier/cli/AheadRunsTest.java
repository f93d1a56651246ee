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
import org.junit.jupiter.params.provider.CsvSource;

/** Runs whose rollouts are one step ahead of learning. */
class AheadRunsTest {
  private static final String AHEAD = "rollout: { samples: 4, max_new_tokens: 6, ahead: 1 }";

  @TempDir Path dir;
  private PromptRuns runs;

  @BeforeEach
  void write() throws IOException {
    runs = PromptRuns.in(dir);
  }

  private static String grpo(String rollout, String more) {
    return "{ grpo: { %s, rollout: { samples: 4, max_new_tokens: 6, %s }%s } }"
        .formatted(PromptRuns.REWARDS, rollout, more);
  }

  private List<String> answers(String out) throws IOException {
    return Files.readAllLines(dir.resolve(out).resolve("rollouts.jsonl"));
  }

  /**
   * Rollouts 1 and 2 are written by the policy before the first step. One that hardly moves (at a
   * rate of 1e-30, below what float32 adds to a weight) writes all rollouts so: the first two are
   * the same, the third is not.
   */
  @Test
  void answersAreOneRolloutOld() throws IOException {
    List<Map<String, Double>> ahead =
        runs.steps(grpo("ahead: 1, log: 16", ""), "ahead", "--optim.lr=0.1");
    runs.steps(grpo("log: 16", ""), "unmoved", "--optim.lr=1e-30");
    List<String> one = answers("ahead");
    List<String> other = answers("unmoved");
    assertThat(one).hasSize(64);
    assertThat(one.subList(0, 32)).isEqualTo(other.subList(0, 32));
    assertThat(one.subList(32, 64)).isNotEqualTo(other.subList(32, 64));
    Map<String, Double> first = ahead.get(0);
    assertThat(first.get("ratio")).isEqualTo(1); // read by a copy, and the same to the bit
    assertThat(first.get("behind_kl")).isZero();
    assertThat(first.get("behind_ratio")).isEqualTo(1);
    assertThat(first.get("behind_share")).isEqualTo(1);
    for (int k = 1; k < 4; k++) {
      Map<String, Double> step = ahead.get(k);
      boolean moved = ahead.get(k - 1).get("lr") > 0; // the rate rises from 0
      assertThat(step.get("behind_kl") > 0).as("%d of %s", k, ahead).isEqualTo(moved);
      assertThat(step.get("behind_ratio") > 1).isEqualTo(moved);
      assertThat(step.get("behind_share") < 1).isEqualTo(moved);
    }
    assertThat(ahead.get(3).get("behind_kl")).isPositive();
  }

  /**
   * A run that was killed at a border of rollouts, or amid one, goes on to the bytes of one that
   * was not: prompts are drawn again, what writes the next rollout is no function of the weights
   * that train.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "redraws: 2 | , advantage: { baseline: group } | 4 | 3 | lora: { rank: 4, alpha: 8 }",
        "redraws: 2 | , updates: { iterations: 2 }, kl: { in_loss: {} } | 7 | 6 | lora: { rank: 4, alpha: 8 }",
        "log: 4 | , updates: { minibatches: 2 }, kl: { in_loss: {} }, reference: { copy: {} } | 5 | 4 | full: {}"
      })
  void goesOnToTheSameBytes(String rollout, String more, int steps, int from, String peft)
      throws IOException {
    String method = grpo("ahead: 1, " + rollout, more);
    String[] keys = {"--optim.max_steps=" + steps, "--checkpoint.every=1", "--peft={" + peft + "}"};
    String result =
        peft.startsWith("full") ? "model/model.safetensors" : "adapter/adapter_model.safetensors";
    runs.steps(method, "whole", keys);
    runs.steps(method, "broken", keys);
    runs.same("whole", "broken", result, "rollouts.jsonl");
    for (int step = steps; step > from; step--) {
      runs.breakOff("broken", step);
    }
    Files.delete(dir.resolve("broken").resolve(result));
    Said said = runs.train(method, "broken", keys[0], keys[1], keys[2], "--resume");
    assertThat(said.code()).as(said.err() + said.out()).isZero();
    assertThat(said.all()).contains("going on after step " + from).contains("behind");
    runs.same("whole", "broken", result, "rollouts.jsonl");
  }

  /** Values and prices are those of the policy that begins to learn. */
  @Test
  void hasAValueModel() throws IOException {
    String method =
        "{ ppo: { %s, %s, updates: { iterations: 2 }, kl: { in_reward: {} } } }"
            .formatted(PromptRuns.REWARDS, AHEAD);
    List<Map<String, Double>> steps = runs.steps(method, "out");
    assertThat(steps).hasSize(4);
    assertThat(steps.get(2)).containsKeys("value", "answer_kl", "behind_kl");
    assertThat(steps.get(3)).doesNotContainKey("behind_kl"); // its first step alone tells
  }

  @Test
  void refusesWhatCannotWork() throws IOException {
    runs.refused("rollout.ahead must be from 0 to 1, was 2", grpo("ahead: 2", ""));
    runs.refused(
        "reinforce has no ratio to correct for", grpo("ahead: 1", "").replace("grpo", "reinforce"));
    runs.refused("which peft.lt_sft looks for first", grpo("ahead: 1", ""), "--peft={lt_sft: {}}");
  }
}

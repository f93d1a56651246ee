package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose reference follows the policy. */
class MovingReferenceRunsTest {
  private static final String[] FULL = {"--peft={full: {}}", "--optim.lr=1e-3"};

  @TempDir Path dir;
  private PromptRuns runs;

  @BeforeEach
  void write() throws IOException {
    runs = PromptRuns.in(dir);
  }

  private static String grpo(String copy) {
    return "{ grpo: { %s, rollout: { samples: 4, max_new_tokens: 6 }, kl: { in_loss: { beta: 1 } }, reference: { copy: { %s } } } }"
        .formatted(PromptRuns.REWARDS, copy);
  }

  private List<Map<String, Double>> steps(String copy, String out) throws IOException {
    return runs.steps(grpo(copy), out, FULL);
  }

  /**
   * A reference that goes all the way after every step is the policy at the beginning of each
   * rollout, so there is never a distance; one that stays is left behind.
   */
  @Test
  void allTheWayThereIsNoDistance() throws IOException {
    for (Map<String, Double> step : steps("sync_every: 1, mix: 1", "follows")) {
      assertThat(step.get("kl")).isCloseTo(0, within(1e-9));
    }
    double stays = steps("", "stays").get(3).get("kl");
    double half = steps("sync_every: 2", "half").get(3).get("kl");
    assertThat(stays).isPositive();
    assertThat(half).isPositive().isLessThan(stays);
  }

  /** The reference is in the checkpoint. */
  @Test
  void goesOnToTheSameBytes() throws IOException {
    String[] keys = {FULL[0], FULL[1], "--checkpoint.every=1"};
    String method = grpo("sync_every: 2, mix: 0.5");
    runs.steps(method, "whole", keys);
    runs.steps(method, "broken", keys);
    runs.breakOff("broken", 4);
    Said said = runs.train(method, "broken", keys[0], keys[1], keys[2], "--resume");
    assertThat(said.code()).as(said.err()).isZero();
    runs.same("whole", "broken", "model/model.safetensors", "rollouts.jsonl");
  }

  @Test
  void adaptersKeepTheirModel() throws IOException {
    runs.refused("peft is lora, whose model stays", grpo("sync_every: 2"));
    runs.refused("unknown key", "{ dpo: { reference: { adapters_off: { sync_every: 2 } } } }");
  }
}

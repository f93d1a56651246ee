package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.data.PromptRow;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the answers of a rollout are worth to PPO and REINFORCE++, worked out by hand. */
class PpoTest {
  private static AnswersMethod method(String yaml) {
    String gap = yaml.endsWith("{") ? "" : ",";
    String text =
        "{ model: m, method: { %s%s rewards: { right: exact_match } } }, data: d.jsonl, output: o }";
    Recipe recipe =
        Recipes.parse(text.formatted(yaml, gap), "recipes/x.yaml", List.of(), p -> p, Recipe.class);
    return (AnswersMethod) recipe.method();
  }

  private static Completion answer(int tokens, Completion.Finish finish) {
    return new Completion(new int[tokens], "", new float[tokens], new float[tokens], finish);
  }

  /** Two prompts with one answer each: three tokens worth 1, and two, cut, worth 0. */
  private static Rollout rollout(float[] old, float[] reference, float... values) {
    return new Rollout(
        0,
        List.of(new PromptRow(new int[] {1}, 1, 4), new PromptRow(new int[] {2}, 1, 4)),
        List.of(answer(3, Completion.Finish.END), answer(2, Completion.Finish.LENGTH)),
        List.of(Score.of(1), Score.of(0)),
        old,
        reference,
        values,
        0,
        0,
        0);
  }

  private static Taught taught(AnswersMethod method, Rollout rollout) {
    return method.taught(rollout, new KlPrice(method.answers().kl()));
  }

  /** With gamma = lambda = 1 and values of 0 the advantage of every token is the reward. */
  @Test
  void theRewardAlone() {
    Taught taught =
        taught(
            method("ppo: { lambda: 1, whiten_advantages: none"),
            rollout(new float[5], new float[0], 0, 0, 0, 0, 0));
    assertThat(taught.advantages()).containsExactly(1, 1, 1, 0, 0);
    assertThat(taught.returns()).containsExactly(1, 1, 1, 0, 0);
    assertThat(taught.flatGroups()).isEqualTo(1); // one answer to a prompt
    assertThat(taught.nothing()).isFalse(); // but the answers differ
    assertThat(taught.terms().get("returns")).isCloseTo(0.6, within(1e-6));
    assertThat(taught.terms().get("explained_variance")).isCloseTo(0, within(1e-6));
  }

  /**
   * lambda = 0: delta_t = r_t + V_(t+1) - V_t. Values 0.2 0.4 0.6 | 0.5 0.3, of which the second
   * answer pays 0.5 for being cut: 0.2, 0.2, 1 - 0.6 | -0.2, -0.5 - 0.3.
   */
  @Test
  void differencesOfValues() {
    Taught taught =
        taught(
            method("ppo: { lambda: 0, whiten_advantages: none, missing_eos_penalty: 0.5"),
            rollout(new float[5], new float[0], 0.2f, 0.4f, 0.6f, 0.5f, 0.3f));
    assertThat(taught.advantages())
        .containsExactly(new float[] {0.2f, 0.2f, 0.4f, -0.2f, -0.8f}, within(1e-6f));
    // A + V
    assertThat(taught.returns())
        .containsExactly(new float[] {0.4f, 0.6f, 1, 0.3f, -0.5f}, within(1e-6f));
  }

  /**
   * The price of a nat is 0.1: log-ratios 1 0 2 | -1 1 cost 0.1 0 0.2 | -0.1 0.1, so what follows a
   * token is 1 - 0.3, 1 - 0.2, 1 - 0.2 | 0, -0.1.
   */
  @Test
  void tokensPayForTheDistance() {
    String kl = "lambda: 1, kl: { in_reward: { control: { fixed: { beta: 0.1 } } } }";
    Rollout rollout =
        rollout(new float[] {0, 0, 0, 0, 0}, new float[] {-1, 0, -2, 1, -1}, 0, 0, 0, 0, 0);
    float[] expected = {0.7f, 0.8f, 0.8f, 0, -0.1f};
    Taught ppo = taught(method("ppo: { whiten_advantages: none, " + kl), rollout);
    assertThat(ppo.advantages()).containsExactly(expected, within(1e-6f));
    // REINFORCE++ whitens the same: mean 0.44, deviation sqrt(0.812 / 4) with n - 1.
    String without = kl.replace("lambda: 1, ", "");
    float[] whitened = new float[5];
    for (int i = 0; i < 5; i++) {
      whitened[i] = (float) ((expected[i] - 0.44) / Math.sqrt(0.812 / 4));
    }
    assertThat(taught(method("reinforce_plus_plus: { " + without), rollout).advantages())
        .containsExactly(whitened, within(1e-5f));
  }

  /** Four times over each rollout, where nothing else is said; the others once. */
  @Test
  void usualSteps() {
    assertThat(method("ppo: {").answers().updates().steps()).isEqualTo(4);
    assertThat(method("ppo: { updates: { minibatches: 2 }").answers().updates().steps())
        .isEqualTo(8);
    assertThat(method("ppo: { updates: { iterations: 1 }").answers().updates().steps())
        .isEqualTo(1);
    assertThat(method("grpo: {").answers().updates().steps()).isEqualTo(1);
    assertThat(method("reinforce_plus_plus: {").answers().updates().steps()).isEqualTo(1);
  }
}

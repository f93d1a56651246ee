package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.loss.Baseline;
import dev.luthier.loss.Dapo;
import dev.luthier.loss.Gae;
import dev.luthier.loss.GroupAdvantage;
import dev.luthier.loss.Grpo;
import dev.luthier.loss.KlControl;
import dev.luthier.loss.KlEstimator;
import dev.luthier.loss.KlPenalty;
import dev.luthier.loss.PolicyLoss;
import dev.luthier.loss.PolicyObjective;
import dev.luthier.loss.PpoClip;
import dev.luthier.loss.RatioLevel;
import dev.luthier.loss.SamplingCorrection;
import dev.luthier.loss.ScaleRewards;
import dev.luthier.loss.ValueLoss;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The losses of sampled answers as a recipe will write them. */
class PolicyKeysTest {
  private static final String NAMES =
      "grpo bnpo dr_grpo dapo gspo luspo rloo ppo_clip cispo sapo vespo reinforce";

  record Holder(
      @Doc("a loss") PolicyObjective objective,
      @Doc("an advantage") GroupAdvantage advantage,
      @Doc("a correction") SamplingCorrection correction,
      @Doc("advantages of tokens") Gae gae,
      @Doc("a value's loss") ValueLoss value) {}

  private static Holder read(String yaml) {
    Binder binder = new Binder(Holder.class, UnaryOperator.identity());
    String all = "objective: {}\nadvantage: {}\ncorrection: {}\ngae: {}\nvalue: {}\n";
    String key = yaml.substring(0, yaml.indexOf(':'));
    return (Holder) binder.bind(Holder.class, Yaml.parse(all.replace(key + ": {}", yaml)), "");
  }

  private static PolicyObjective objective(String yaml) {
    return read("objective: " + yaml).objective();
  }

  @Test
  void namesAlone() {
    assertThat(Schema.variants(PolicyLoss.class).keySet())
        .containsExactlyInAnyOrder(NAMES.split(" "));
    for (Map.Entry<String, Schema.Variant> v : Schema.variants(PolicyLoss.class).entrySet()) {
      assertThat(objective("{ loss: %s }".formatted(v.getKey())).loss())
          .isInstanceOf(v.getValue().record());
    }
  }

  @Test
  void defaults() {
    Holder holder = read("objective: {}");
    assertThat(holder)
        .isEqualTo(
            new Holder(
                new PolicyObjective(
                    new Grpo(0.2, Optional.empty(), Optional.empty(), RatioLevel.TOKEN),
                    new KlPenalty.None()),
                new GroupAdvantage(Baseline.GROUP, ScaleRewards.GROUP),
                new SamplingCorrection(
                    SamplingCorrection.Level.SEQUENCE, SamplingCorrection.Beyond.MASK, 3),
                new Gae(1, 0.95),
                new ValueLoss(Optional.empty(), 0.1)));
    assertThat(Unbinder.record(holder).get("gae")).hasToString("{gamma=1, lambda=0.95}");
  }

  @Test
  void keys() {
    assertThat(
            objective(
                "{ loss: { dapo: { delta: 3, importance_sampling_level: sequence } },"
                    + " kl: { in_loss: { beta: 0.1, estimator: k2 } }, entropy_coef: 0.01 }"))
        .isEqualTo(
            new PolicyObjective(
                new Dapo(0.2, 0.28, Optional.of(3.0), RatioLevel.SEQUENCE),
                new KlPenalty.InLoss(0.1, KlEstimator.K2),
                0.01));
    assertThat(
            objective(
                "{ loss: { ppo_clip: { cliprange: 0.1 } },"
                    + " kl: { in_reward: { control: { adaptive: { target: 4 } } } } }"))
        .isEqualTo(
            new PolicyObjective(
                new PpoClip(0.1),
                new KlPenalty.InReward(new KlControl.Adaptive(0.2, 4, 10000), KlEstimator.K1)));
    assertThat(read("advantage: { baseline: leave-one-out, scale_rewards: none }").advantage())
        .isEqualTo(new GroupAdvantage(Baseline.LEAVE_ONE_OUT, ScaleRewards.NONE));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> objective("{ loss: { dapo: { epsilon: 2 } } }"))
        .isInstanceOf(UserError.class)
        .hasMessage("dapo.epsilon must be from 0 to 1, was 2");
    assertThatThrownBy(() -> objective("{ loss: { sapo: { sapo_temperature_pos: 2 } } }"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("temperature_pos");
  }
}

package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/**
 * Where policies end that learn from their own answers: the optimum of reward less beta KL(pi,
 * pi_ref) is pi_ref exp(r / beta) / Z, and every way of paying for the KL that has its gradient
 * gets there.
 */
class PolicyBanditTest {
  private static final double BETA = 0.5;
  private static final double[] REWARDS = {0.5, -0.3, 0.1, 0.0};
  private static final double[] REFERENCE = {0.4, 0.3, 0.2, 0.1};
  private static final PolicyBandit FOUR = new PolicyBandit(REFERENCE, REWARDS);

  /** Advantages of a group of all answers, not scaled: a scale would be one of beta as well. */
  private static final PolicyBandit.Judge GROUP =
      (rewards, old, reference, answers) ->
          new GroupAdvantage(Baseline.GROUP, ScaleRewards.NONE)
              .of(rewards, Segments.ofLengths(Compute.CPU, rewards.size(0)))
              .values();

  private static void ends(String name, double[] policy, double[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(policy[i])
          .as("%s: answer %d", name, i)
          .isCloseTo(expected[i], within(0.02 * expected[i]));
    }
  }

  private static double[] optimum() {
    double[] exponents = REWARDS.clone();
    for (int i = 0; i < exponents.length; i++) {
      exponents[i] /= BETA;
    }
    return new Bandit(REFERENCE).tilted(exponents);
  }

  /** With the KL in the loss: k2, or a weighted k3. */
  @Test
  void grpoReachesTheClosedForm() {
    for (PolicyLoss loss :
        List.of(
            new Grpo(0.2, Optional.empty(), Optional.empty(), RatioLevel.TOKEN),
            new Dapo(0.2, 0.28, Optional.empty(), RatioLevel.TOKEN),
            new Rloo(0.2, Optional.empty()),
            new Cispo(5))) {
      for (KlPenalty kl :
          List.of(
              new KlPenalty.InLoss(BETA, KlEstimator.K2),
              new KlPenalty.InLossWeighted(BETA, KlEstimator.K3))) {
        double[] policy = FOUR.fit(new PolicyObjective(loss, kl), GROUP, 100, 1);
        ends(loss + " " + kl, policy, optimum());
      }
    }
  }

  /** With the KL in the reward, a value model that learns beside, and GAE. */
  @Test
  void ppoReachesTheClosedForm() {
    try (Scope scope = new Scope()) {
      Tensor value = doubles(0).set_requires_grad(true); // (1) of the one prompt
      KlPenalty.InReward kl = new KlPenalty.InReward(new KlControl.Fixed(BETA), KlEstimator.K1);
      PolicyBandit.Judge critic =
          (scores, old, reference, answers) -> {
            Tensor rewards = kl.rewards(scores, old, reference, answers, BETA);
            Tensor known = value.detach().expand(scores.size(0));
            Gae.Estimated estimated = new Gae(1, 0.95).of(rewards, known, answers);
            new ValueLoss(Optional.of(0.2), 1)
                .of(
                    value.expand(scores.size(0)),
                    known,
                    estimated.returns(),
                    StepSize.of(answers, 1))
                .total()
                .backward();
            PolicyBandit.descend(value, 0.5);
            return estimated.advantages();
          };
      ends("ppo", FOUR.fit(new PolicyObjective(new PpoClip(0.2), kl), critic, 100, 1), optimum());
      // the value is beta log Z: what is left of the reward at the optimum
      double z = 0;
      for (int i = 0; i < REWARDS.length; i++) {
        z += REFERENCE[i] * Math.exp(REWARDS[i] / BETA);
      }
      assertThat(value.item_double()).isCloseTo(BETA * Math.log(z), within(0.01));
    }
  }

  /**
   * GRPO's own k3 has the gradient of KL(pi_ref, pi): pi (r - mean r) = beta (pi - pi_ref), so pi =
   * beta pi_ref / (beta - r + mean r). It ends there, and not at the other's optimum.
   */
  @Test
  void k3InTheLossIsTheOtherKl() {
    PolicyLoss loss = new Grpo(0.2, Optional.empty(), Optional.empty(), RatioLevel.TOKEN);
    KlPenalty kl = new KlPenalty.InLoss(BETA, KlEstimator.K3);
    double[] policy = FOUR.fit(new PolicyObjective(loss, kl), GROUP, 150, 1);
    double mean = 0;
    for (int i = 0; i < policy.length; i++) {
      mean += policy[i] * REWARDS[i];
    }
    double[] expected = new double[4];
    for (int i = 0; i < 4; i++) {
      expected[i] = BETA * REFERENCE[i] / (BETA - REWARDS[i] + mean);
    }
    ends("k3", policy, expected);
    assertThat(policy[1] / optimum()[1]).isGreaterThan(1.05);
  }

  /** Without a reference the best answer takes all. */
  @Test
  void withoutAReferenceTheBestAnswerTakesAll() {
    PolicyLoss loss = new Grpo(0.2, Optional.empty(), Optional.empty(), RatioLevel.TOKEN);
    double[] policy = FOUR.fit(new PolicyObjective(loss, new KlPenalty.None()), GROUP, 150, 2);
    assertThat(policy[0]).isGreaterThan(0.95);
  }
}

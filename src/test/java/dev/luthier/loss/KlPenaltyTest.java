package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static dev.luthier.loss.TokenExample.LOG_RATIOS;
import static dev.luthier.loss.TokenExample.OLD;
import static dev.luthier.loss.TokenExample.answers;
import static dev.luthier.loss.TokenExample.policy;
import static dev.luthier.loss.TokenExample.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where the distance is paid for. */
class KlPenaltyTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final KlPenalty.InReward IN_REWARD =
      new KlPenalty.InReward(new KlControl.Fixed(0.1), KlEstimator.K1);

  /**
   * The reference at OLD, so k1 = ln 1.5 | ln 0.5, 0, ln 1.1; scores 2 and 3 at the last tokens.
   */
  @Test
  void inTheReward() {
    Tensor policy = doubles(policy(LOG_RATIOS));
    double[] r = values(IN_REWARD.rewards(doubles(2, 3), policy, doubles(OLD), answers(), 0.1));
    assertThat(r)
        .containsExactly(
            new double[] {
              2 - 0.1 * Math.log(1.5), -0.1 * Math.log(0.5), 0, 3 - 0.1 * Math.log(1.1)
            },
            within(1e-12));
    assertThat(values(IN_REWARD.ofAnswers(doubles(2, 3), policy, doubles(OLD), answers(), 0.1)))
        .containsExactly(
            new double[] {2 - 0.1 * Math.log(1.5), 3 - 0.1 * Math.log(0.55)}, within(1e-12));
  }

  /** It pays in the reward, and not once more in the loss. */
  @Test
  void notTwice() {
    Tensor each = doubles(1, 2, 3, 4);
    assertThat(values(IN_REWARD.added(each, tokens(), RatioLevel.TOKEN)))
        .containsExactly(1, 2, 3, 4);
    assertThat(values(new KlPenalty.None().added(each, tokens(), RatioLevel.TOKEN)))
        .containsExactly(1, 2, 3, 4);
  }

  /** k3 against OLD is 1 / w - 1 + log w; weighted: times w. */
  @Test
  void inTheLoss() {
    TokenLogps held = tokens().and(doubles(OLD));
    Tensor none = doubles(0, 0, 0, 0);
    double[] plain =
        values(new KlPenalty.InLoss(0.5, KlEstimator.K3).added(none, held, RatioLevel.TOKEN));
    double[] weighted =
        values(
            new KlPenalty.InLossWeighted(0.5, KlEstimator.K3).added(none, held, RatioLevel.TOKEN));
    assertThat(plain[0]).isCloseTo(0.5 * (1 / 1.5 - 1 + Math.log(1.5)), within(1e-12));
    assertThat(weighted[0]).isCloseTo(1.5 * plain[0], within(1e-12));
  }

  /** On policy the weighted k1 and k3 both have the gradient of KL(p, q): p (log(p / q) - KL). */
  @Test
  void weightedGradientsAreTheKls() {
    double[] p = {0.5, 0.3, 0.2};
    double[] q = {0.3, 0.3, 0.4};
    double kl = 0.5 * Math.log(5 / 3.0) + 0.2 * Math.log(0.5);
    for (KlEstimator k : List.of(KlEstimator.K1, KlEstimator.K3)) {
      Tensor theta = doubles(p).log().set_requires_grad(true);
      Tensor policy = theta.log_softmax(0);
      TokenLogps tokens =
          new TokenLogps(policy, policy.detach(), Segments.ofLengths(Compute.CPU, 1, 1, 1))
              .and(doubles(q).log());
      new KlPenalty.InLossWeighted(1, k)
          .added(doubles(0, 0, 0), tokens, RatioLevel.TOKEN)
          .mul(doubles(p))
          .sum()
          .backward();
      double[] expected = new double[3];
      Arrays.setAll(expected, i -> p[i] * (Math.log(p[i] / q[i]) - kl));
      assertThat(values(theta.grad())).as("%s", k).containsExactly(expected, within(1e-12));
    }
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new KlPenalty.InLoss(0.1, KlEstimator.K1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("must not be k1, whose mean gradient is 0");
    assertThatThrownBy(() -> new KlPenalty.InLoss(0, KlEstimator.K3))
        .hasMessage("in_loss.beta must be > 0, was 0");
    assertThatThrownBy(() -> new KlPenalty.InLossWeighted(-1, KlEstimator.K3))
        .hasMessage("in_loss_weighted.beta must be > 0, was -1");
    assertThat(new KlPenalty.None().reference()).isFalse();
    assertThat(IN_REWARD.reference()).isTrue();
  }
}

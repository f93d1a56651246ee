package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.TokenExample.LOG_RATIOS;
import static dev.luthier.loss.TokenExample.OLD;
import static dev.luthier.loss.TokenExample.advantages;
import static dev.luthier.loss.TokenExample.alone;
import static dev.luthier.loss.TokenExample.loss;
import static dev.luthier.loss.TokenExample.policy;
import static dev.luthier.loss.TokenExample.step;
import static dev.luthier.loss.TokenExample.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A policy loss with what stands beside it. */
class PolicyObjectiveTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final Reinforce PLAIN = new Reinforce();

  /**
   * Reference log-probabilities 1 below the policy's: k2 is 1/2 for each of 4 tokens of 2 answers.
   */
  @Test
  void klIsAddedToTokens() {
    TokenLogps held = tokens().and(doubles(policy(LOG_RATIOS)).sub(Ops.scalar(1)));
    Loss with =
        new PolicyObjective(PLAIN, new KlPenalty.InLoss(0.1, KlEstimator.K2))
            .of(held, advantages(), step());
    assertThat(with.total().item_double())
        .isCloseTo(loss(PLAIN) + 0.1 * 4 * 0.5 / 2, within(1e-12));
    assertThat(PairExample.term(with, "kl")).isCloseTo(0.5, within(1e-12));
  }

  /** Entropies 1, 2, 3, 6: their mean is 3. */
  @Test
  void entropyIsABonus() {
    Loss with =
        new PolicyObjective(PLAIN, new KlPenalty.None(), 0.01)
            .of(tokens().withEntropy(doubles(1, 2, 3, 6)), advantages(), step());
    assertThat(with.total().item_double()).isCloseTo(loss(PLAIN) - 0.03, within(1e-12));
    assertThat(PairExample.term(with, "entropy")).isEqualTo(3);
    assertThatThrownBy(
            () ->
                new PolicyObjective(PLAIN, new KlPenalty.None(), 0.01)
                    .of(tokens(), advantages(), step()))
        .isInstanceOf(IllegalStateException.class);
  }

  /** Weights multiply what tokens teach, and not what they pay. */
  @Test
  void weights() {
    TokenLogps held = tokens().and(doubles(OLD)).weighted(doubles(0, 0, 0, 0));
    Loss with =
        new PolicyObjective(PLAIN, new KlPenalty.InLoss(1, KlEstimator.K2))
            .of(held, advantages(), step());
    double kl = Arrays.stream(LOG_RATIOS).map(x -> x * x / 2).sum() / 2;
    assertThat(with.total().item_double()).isCloseTo(kl, within(1e-12));
  }

  /** The mean of w - 1 - log w. */
  @Test
  void termsOfTheStep() {
    Loss of = alone(new PpoClip(0.2)).of(tokens(), advantages(), step());
    double logs = Arrays.stream(LOG_RATIOS).sum();
    assertThat(PairExample.term(of, "ratio")).isCloseTo(4.1 / 4, within(1e-12));
    assertThat(PairExample.term(of, "old_kl")).isCloseTo((0.1 - logs) / 4, within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new PolicyObjective(PLAIN, new KlPenalty.None(), -1))
        .isInstanceOf(UserError.class)
        .hasMessage("entropy_coef must be >= 0, was -1");
  }
}

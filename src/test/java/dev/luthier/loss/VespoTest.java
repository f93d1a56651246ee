package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static dev.luthier.loss.TokenExample.OLD;
import static dev.luthier.loss.TokenExample.advantages;
import static dev.luthier.loss.TokenExample.alone;
import static dev.luthier.loss.TokenExample.gradient;
import static dev.luthier.loss.TokenExample.loss;
import static dev.luthier.loss.TokenExample.policy;
import static dev.luthier.loss.TokenExample.step;
import static dev.luthier.loss.TokenExample.term;
import static dev.luthier.loss.TokenExample.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A soft weight of whole answers. */
class VespoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final Vespo LOSS = new Vespo(2, 3, 3, 2);

  /** W = 1.5: 1.5^2 exp(3 * -0.5); W = 0.55: 0.55^3 exp(2 * 0.45). */
  private static final double GOOD = 2.25 * Math.exp(-1.5);

  private static final double BAD = 0.55 * 0.55 * 0.55 * Math.exp(0.9);

  @Test
  void byHand() {
    double good = GOOD * (-2 + Math.log(1.5));
    double bad = BAD * (-3 + Math.log(0.5) - 1 - 2.5 + Math.log(1.1));
    assertThat(loss(LOSS)).isCloseTo((-good + bad) / 4, within(1e-12));
    assertThat(term(LOSS, "vespo_phi")).isCloseTo((GOOD + BAD) / 2, within(1e-12));
  }

  /** phi(1) = 1; it is largest at k / lambda. */
  @Test
  void onPolicyTheWeightIsOne() {
    assertThat(gradient(LOSS, OLD, advantages())).containsExactly(-0.25, 0.25, 0.25, 0.25);
    double best = phi(2 / 3.0);
    assertThat(best).isGreaterThan(phi(0.6)).isGreaterThan(phi(0.75));
  }

  private static double phi(double w) {
    return values(LOSS.phi(tokens(doubles(policy(Math.log(w), 0, 0, 0))), advantages()))[0];
  }

  /** It needs no correction, and refuses one: see PolicyObjective. */
  @Test
  void refusals() {
    assertThat(LOSS.takesCorrection()).isFalse();
    assertThatThrownBy(
            () -> alone(LOSS).of(tokens().weighted(doubles(1, 1, 1, 1)), advantages(), step()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("leave sampling_correction out");
    assertThatThrownBy(() -> new Vespo(-1, 3, 3, 2)).hasMessage("vespo.k_pos must be >= 0, was -1");
    assertThatThrownBy(() -> new Vespo(2, 3, 3, 0))
        .hasMessage("vespo.lambda_neg must be > 0, was 0");
  }
}

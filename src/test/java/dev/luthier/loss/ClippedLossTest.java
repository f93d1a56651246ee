package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.TokenExample.CLIPPED;
import static dev.luthier.loss.TokenExample.LOG_RATIOS;
import static dev.luthier.loss.TokenExample.advantages;
import static dev.luthier.loss.TokenExample.alone;
import static dev.luthier.loss.TokenExample.gradient;
import static dev.luthier.loss.TokenExample.none;
import static dev.luthier.loss.TokenExample.policy;
import static dev.luthier.loss.TokenExample.step;
import static dev.luthier.loss.TokenExample.term;
import static dev.luthier.loss.TokenExample.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds for every loss with a clip. */
class ClippedLossTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void sharesAreThoseOfTokensWithoutGradient() {
    Grpo grpo = new Grpo(0.2, none(), none(), RatioLevel.TOKEN);
    assertThat(term(grpo, "clip_ratio_low")).isEqualTo(0.25);
    assertThat(term(grpo, "clip_ratio_high")).isEqualTo(0.25);
    assertThat(term(grpo, "clip_ratio_region")).isEqualTo(0.5);
    assertThat(gradient(grpo, policy(LOG_RATIOS), advantages()))
        .containsExactly(new double[] {0, 0, 1 / 6.0, 1.1 / 6}, within(1e-12));
  }

  /** Where every answer has moved far in the right direction nothing is left to learn. */
  @Test
  void aStepEnds() {
    for (ClippedLoss loss : CLIPPED) {
      assertThat(gradient(loss, policy(1, -1, -1, -1), advantages()))
          .as("%s", loss)
          .containsOnly(0);
      assertThat(
              PairExample.term(
                  alone(loss).of(tokens(doubles(policy(1, -1, -1, -1))), advantages(), step()),
                  "clip_ratio_region"))
          .as("%s", loss)
          .isEqualTo(1);
    }
  }
}

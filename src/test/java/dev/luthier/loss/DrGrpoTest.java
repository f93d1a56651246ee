package dev.luthier.loss;

import static dev.luthier.loss.TokenExample.OLD;
import static dev.luthier.loss.TokenExample.advantages;
import static dev.luthier.loss.TokenExample.gradient;
import static dev.luthier.loss.TokenExample.loss;
import static dev.luthier.loss.TokenExample.none;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** GRPO without its length bias. */
class DrGrpoTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final DrGrpo LOSS = new DrGrpo(0.2, none(), none(), RatioLevel.TOKEN);

  /** 2 answers of at most 5 tokens: 1.7 / 10. */
  @Test
  void byHand() {
    assertThat(loss(LOSS)).isCloseTo(0.17, within(1e-12));
  }

  /** On policy it is the plain policy gradient but for the constant; GRPO is not. */
  @Test
  void itsGradientIsTheRewards() {
    double[] plain = gradient(new Reinforce(), OLD, advantages());
    double[] ours = gradient(LOSS, OLD, advantages());
    double[] grpo = gradient(new Grpo(0.2, none(), none(), RatioLevel.TOKEN), OLD, advantages());
    for (int i = 0; i < plain.length; i++) {
      assertThat(ours[i]).isCloseTo(plain[i] / 5, within(1e-12));
    }
    assertThat(grpo[1] / grpo[0]).isCloseTo(plain[1] / plain[0] / 3, within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new DrGrpo(2, none(), none(), RatioLevel.TOKEN))
        .hasMessage("dr_grpo.epsilon must be from 0 to 1, was 2");
  }
}

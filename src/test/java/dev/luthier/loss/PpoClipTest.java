package dev.luthier.loss;

import static dev.luthier.loss.TokenExample.loss;
import static dev.luthier.loss.TokenExample.term;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The policy of PPO. */
class PpoClipTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** (-1.2 + 0.8 + 1 + 1.1) / 4. */
  @Test
  void byHand() {
    assertThat(loss(new PpoClip(0.2))).isCloseTo(1.7 / 4, within(1e-12));
    assertThat(term(new PpoClip(0.2), "clip_ratio_region")).isEqualTo(0.5);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new PpoClip(-0.2))
        .hasMessage("ppo_clip.cliprange must be from 0 to 1, was -0.2");
  }
}

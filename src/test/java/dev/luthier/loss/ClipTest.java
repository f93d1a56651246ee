package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static dev.luthier.loss.TokenExample.none;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The clip of a ratio. */
class ClipTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final Clip CLIP = Clip.of("m", 0.2, Optional.of(0.3), none());

  private static double[] each(Clip clip, double w, double a) {
    Tensor x = doubles(w).set_requires_grad(true);
    Tensor loss = clip.each(x, doubles(a));
    loss.sum().backward();
    return new double[] {loss.item_double(), x.grad().item_double()};
  }

  /** Good: w up to 1.3 has a gradient of -A. Bad: w down to 0.8 has one. */
  @Test
  void byHand() {
    assertThat(each(CLIP, 1.2, 2)).containsExactly(-2.4, -2);
    assertThat(each(CLIP, 1.4, 2)).containsExactly(-2.6, 0);
    assertThat(each(CLIP, 0.5, 2)).containsExactly(-1, -2); // moved the wrong way
    assertThat(each(CLIP, 0.9, -2)).containsExactly(1.8, 2);
    assertThat(each(CLIP, 0.7, -2)).containsExactly(1.6, 0);
    assertThat(each(CLIP, 9, -2)).containsExactly(18, 2); // without bound
  }

  /** delta = 3: a bad token of w = 9 counts 3 and has no gradient; good ones are as before. */
  @Test
  void aBoundForBadTokens() {
    Clip two = Clip.of("m", 0.2, Optional.of(0.3), Optional.of(3.0));
    assertThat(each(two, 9, -2)).containsExactly(6, 0);
    assertThat(each(two, 2, -2)).containsExactly(4, 2);
    assertThat(each(two, 9, 2)).containsExactly(each(CLIP, 9, 2));
  }

  @Test
  void shares() {
    Tensor w = doubles(0.7, 0.7, 1.4, 1.4, 1);
    Tensor a = doubles(1, -1, 1, -1, 1);
    assertThat(values(CLIP.low(w, a))).containsExactly(0, 1, 0, 0, 0);
    assertThat(values(CLIP.high(w, a))).containsExactly(0, 0, 1, 0, 0);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> Clip.of("grpo", 1.5, none(), none()))
        .isInstanceOf(UserError.class)
        .hasMessage("grpo.epsilon must be from 0 to 1, was 1.5");
    assertThatThrownBy(() -> Clip.of("grpo", 0.2, Optional.of(-1.0), none()))
        .hasMessage("grpo.epsilon_high must be >= 0, was -1");
    assertThatThrownBy(() -> Clip.of("grpo", 0.2, none(), Optional.of(0.9)))
        .hasMessage("grpo.delta must be > 1, was 0.9");
  }
}

package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The distance of distributions themselves; what a loss makes of it is in DistillationTest. */
class TokenDivergenceTest {
  private static final TokenDivergence FORWARD = new TokenDivergence.ForwardKl();
  private static final TokenDivergence REVERSE = new TokenDivergence.ReverseKl();

  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  /** log of (0.9, 0.1) above (0.5, 0.5). */
  private static Tensor sure() {
    return torch.tensor(0.9f, 0.1f, 0.5f, 0.5f).view(2, 2).log();
  }

  /** log of (0.5, 0.5) above (0.5, 0.5). */
  private static Tensor even() {
    return torch.full(new long[] {2, 2}, Ops.scalar(0.5)).log();
  }

  /**
   * A token a row: KL(sure, even) = 0.9 ln 1.8 + 0.1 ln 0.2 = 0.368064, KL(even, sure) = 0.5
   * ln(5/9) + 0.5 ln 5 = 0.510826, and 0 where both are even.
   */
  @Test
  void byHand() {
    Tensor forward = FORWARD.of(sure(), even()); // (C, 1)
    assertThat(forward.sizes().vec().get()).containsExactly(2, 1);
    assertThat(Ops.toFloats(forward.view(-1))[0]).isCloseTo(0.368064f, within(1e-6f));
    assertThat(Ops.toFloats(forward.view(-1))[1]).isZero();
    assertThat(Ops.toFloats(REVERSE.of(sure(), even()).view(-1))[0])
        .isCloseTo(0.510826f, within(1e-6f));
  }

  /** One direction is the other with teacher and student changed over. */
  @Test
  void directions() {
    assertThat(REVERSE.of(sure(), even()).equal(FORWARD.of(even(), sure()))).isTrue();
    Tensor half = new TokenDivergence.Jsd(0.5).of(sure(), even());
    assertThat(half.sub(new TokenDivergence.Jsd(0.5).of(even(), sure())).abs().max().item_double())
        .isLessThan(1e-7);
  }

  /**
   * Never more than the entropy of the mixture, however far apart: 0.3 ln(1/0.3) + 0.7 ln(1/0.7).
   */
  @Test
  void jsdIsBounded() {
    Tensor left = torch.tensor(0f, -200f).view(1, 2);
    Tensor right = torch.tensor(-200f, 0f).view(1, 2);
    assertThat(new TokenDivergence.Jsd(0.3).of(left, right).item_double())
        .isCloseTo(0.610864, within(1e-5));
    assertThat(FORWARD.of(left, right).item_double()).isCloseTo(200, within(1e-3));
  }

  @Test
  void refusesAnEndOfTheMixture() {
    assertThatThrownBy(() -> new TokenDivergence.Jsd(0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("jsd.beta");
    assertThatThrownBy(() -> new TokenDivergence.Jsd(1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("jsd.beta");
  }
}

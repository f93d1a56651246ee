package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.gradientIsThatOfDifferences;
import static dev.luthier.loss.TokenExample.ALL;
import static dev.luthier.loss.TokenExample.LOG_RATIOS;
import static dev.luthier.loss.TokenExample.OLD;
import static dev.luthier.loss.TokenExample.advantages;
import static dev.luthier.loss.TokenExample.alone;
import static dev.luthier.loss.TokenExample.answers;
import static dev.luthier.loss.TokenExample.gradient;
import static dev.luthier.loss.TokenExample.policy;
import static dev.luthier.loss.TokenExample.step;
import static dev.luthier.loss.TokenExample.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds for every loss of sampled answers. */
class PolicyLossTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  @Test
  void onPolicyRatiosAreOneAndNothingIsClipped() {
    for (PolicyLoss loss : ALL) {
      Loss first = alone(loss).of(tokens(doubles(OLD)).and(doubles(OLD)), advantages(), step());
      assertThat(PairExample.term(first, "ratio")).as("%s", loss).isEqualTo(1);
      assertThat(PairExample.term(first, "kl")).as("%s", loss).isZero();
      assertThat(PairExample.term(first, "old_kl")).as("%s", loss).isZero();
      for (Loss.Term term : first.terms()) {
        if (term.name().contains("clip_ratio")) {
          assertThat(term.value().item_double()).as("%s %s", loss, term.name()).isZero();
        }
      }
    }
  }

  /** Good tokens are drawn up, bad ones down, on policy. */
  @Test
  void signs() {
    for (PolicyLoss loss : ALL) {
      double[] gradient = gradient(loss, OLD, advantages());
      assertThat(gradient[0]).as("%s", loss).isNegative();
      for (int i = 1; i < 4; i++) {
        assertThat(gradient[i]).as("%s", loss).isPositive();
      }
    }
  }

  /** Groups without spread: exactly no gradient, on policy and far from it. */
  @Test
  void withoutAdvantageThereIsNoGradient() {
    Segments group = Segments.ofLengths(Compute.CPU, 2);
    GroupAdvantage grpo = new GroupAdvantage(Baseline.GROUP, ScaleRewards.GROUP);
    Tensor none = grpo.of(doubles(0.1, 0.1), group).ofTokens(answers());
    for (PolicyLoss loss : ALL) {
      assertThat(Arrays.stream(gradient(loss, OLD, none))).as("%s", loss).allMatch(x -> x == 0);
      assertThat(Arrays.stream(gradient(loss, policy(LOG_RATIOS), none)))
          .as("%s", loss)
          .allMatch(x -> x == 0);
    }
  }

  /** Of those whose weights have a gradient of their own. */
  @Test
  void gradients() {
    for (PolicyLoss loss : ALL) {
      if (loss instanceof Cispo || loss instanceof Vespo) {
        continue;
      }
      gradientIsThatOfDifferences(
          x -> alone(loss).of(tokens(x), advantages(), step()).total(), policy(LOG_RATIOS));
    }
  }

  /** Two micro-batches add up to the step, values and terms. */
  @Test
  void stepsMayBeCut() {
    for (PolicyLoss loss : ALL) {
      Loss whole = alone(loss).of(tokens(), advantages(), step());
      Loss first = part(loss, 0, 1);
      Loss second = part(loss, 1, 3);
      assertThat(first.total().item_double() + second.total().item_double())
          .as("%s", loss)
          .isCloseTo(whole.total().item_double(), within(1e-12));
      for (int i = 0; i < whole.terms().size(); i++) {
        assertThat(
                first.terms().get(i).value().item_double()
                    + second.terms().get(i).value().item_double())
            .as("%s %s", loss, whole.terms().get(i).name())
            .isCloseTo(whole.terms().get(i).value().item_double(), within(1e-12));
      }
    }
  }

  private static Loss part(PolicyLoss loss, long from, long length) {
    TokenLogps all = tokens();
    TokenLogps some =
        new TokenLogps(
            all.policy().narrow(0, from, length),
            all.old().narrow(0, from, length),
            Segments.ofLengths(Compute.CPU, length));
    return alone(loss).of(some, advantages().narrow(0, from, length), step());
  }
}

package dev.luthier.loss;

import static dev.luthier.loss.PairExample.doubles;
import static dev.luthier.loss.PairExample.values;
import static dev.luthier.loss.TokenExample.OLD;
import static dev.luthier.loss.TokenExample.answers;
import static dev.luthier.loss.TokenExample.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Weights for a sampler that differs: pi_old / mu = 4 | 0.5, 2, 1. */
class SamplingCorrectionTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final double[] SAMPLER = {
    -2 - Math.log(4), -3 - Math.log(0.5), -1 - Math.log(2), -2.5
  };

  private static double[] of(SamplingCorrection.Level level, SamplingCorrection.Beyond beyond) {
    return values(
        new SamplingCorrection(level, beyond, 3)
            .weights(doubles(OLD), doubles(SAMPLER), answers()));
  }

  @Test
  void byHand() {
    var token = SamplingCorrection.Level.TOKEN;
    var sequence = SamplingCorrection.Level.SEQUENCE;
    var truncate = SamplingCorrection.Beyond.TRUNCATE;
    var mask = SamplingCorrection.Beyond.MASK;
    assertThat(of(token, truncate)).containsExactly(new double[] {3, 0.5, 2, 1}, within(1e-12));
    assertThat(of(token, mask)).containsExactly(new double[] {0, 0.5, 2, 1}, within(1e-12));
    assertThat(of(sequence, truncate)).containsExactly(new double[] {3, 1, 1, 1}, within(1e-12));
    assertThat(of(sequence, mask)).containsExactly(new double[] {0, 1, 1, 1}, within(1e-12));
  }

  /** One engine for both: weights of exactly 1, nothing beyond, no distance. */
  @Test
  void theSameSampler() {
    for (var level : SamplingCorrection.Level.values()) {
      for (var beyond : SamplingCorrection.Beyond.values()) {
        SamplingCorrection same = new SamplingCorrection(level, beyond, 3);
        assertThat(values(same.weights(doubles(OLD), doubles(OLD), answers()))).containsOnly(1);
        assertThat(same.terms(doubles(OLD), doubles(OLD), answers(), step()))
            .extracting(t -> t.value().item_double())
            .containsExactly(1.0, 0.0, 0.0);
      }
    }
  }

  /** The mean weight is 7.5 / 4; one of four is beyond; log weights add up to ln 4. */
  @Test
  void terms() {
    SamplingCorrection tokens =
        new SamplingCorrection(
            SamplingCorrection.Level.TOKEN, SamplingCorrection.Beyond.TRUNCATE, 3);
    List<Loss.Term> terms = tokens.terms(doubles(OLD), doubles(SAMPLER), answers(), step());
    assertThat(terms.get(0).value().item_double()).isCloseTo(7.5 / 4, within(1e-12));
    assertThat(terms.get(1).value().item_double()).isEqualTo(0.25);
    assertThat(terms.get(2).value().item_double())
        .isCloseTo((7.5 - 4 - Math.log(4)) / 4, within(1e-12));
  }

  /**
   * The mean over a sampler's answers, weighted, is the policy's: sum mu (pi / mu) f = sum pi f.
   */
  @Test
  void itCorrects() {
    double[] pi = {0.5, 0.3, 0.2};
    double[] mu = {0.3, 0.3, 0.4};
    SamplingCorrection tokens =
        new SamplingCorrection(SamplingCorrection.Level.TOKEN, SamplingCorrection.Beyond.MASK, 3);
    Tensor weights =
        tokens.weights(
            doubles(pi).log(), doubles(mu).log(), Segments.ofLengths(Compute.CPU, 1, 1, 1));
    assertThat(weights.mul(doubles(mu)).mul(doubles(1, 2, 3)).sum().item_double())
        .isCloseTo(0.5 + 0.6 + 0.6, within(1e-12));
  }

  @Test
  void refusals() {
    assertThatThrownBy(
            () ->
                new SamplingCorrection(
                    SamplingCorrection.Level.TOKEN, SamplingCorrection.Beyond.MASK, 0))
        .isInstanceOf(UserError.class)
        .hasMessage("sampling_correction.cap must be > 0, was 0");
  }
}

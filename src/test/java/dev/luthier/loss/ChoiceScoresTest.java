package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Two questions over a vocabulary of two tokens, whose logits are (0, ln odds): the first has a
 * choice of two tokens with probabilities 1/2 and 1/8, and one of a token with 3/4; the second has
 * one choice only, of a token with 1/2.
 */
class ChoiceScoresTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static final double[] ODDS = {1, 1 / 7.0, 3, 1}; // p / (1 - p)

  private static ChoiceScores scores() {
    float[] logits = new float[8];
    for (int i = 0; i < 4; i++) {
      logits[2 * i + 1] = (float) Math.log(ODDS[i]);
    }
    return ChoiceScores.of(
        Ops.floats(logits, Compute.CPU).view(-1, 2),
        Ops.longs(new long[] {1, 1, 1, 1}, Compute.CPU),
        Ops.longs(new long[] {0, 0, 1, 2}, Compute.CPU),
        2,
        2);
  }

  private static void same(Tensor found, double... expected) {
    float[] values = Ops.toFloats(found);
    assertThat(values).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      if (Double.isInfinite(expected[i])) {
        assertThat((double) values[i]).isEqualTo(expected[i]);
      } else {
        assertThat((double) values[i]).isCloseTo(expected[i], within(1e-6));
      }
    }
  }

  @Test
  void addsUpTheTokensOfAChoice() {
    // ln 1/2 + ln 1/8 = ln 1/16; ln 1/2 + ln 7/8 = ln 7/16
    same(scores().written(), Math.log(1 / 16.0), Math.log(0.75), Math.log(0.5), 0);
    same(scores().avoided(), Math.log(7 / 16.0), Math.log(0.25), Math.log(0.5), 0);
    same(scores().tokens(), 2, 1, 1, 0);
  }

  /** What is not there is never the likeliest. */
  @Test
  void meansAndSums() {
    double none = Double.NEGATIVE_INFINITY;
    same(scores().means(), Math.log(1 / 4.0), Math.log(0.75), Math.log(0.5), none);
    same(scores().sums(), Math.log(1 / 16.0), Math.log(0.75), Math.log(0.5), none);
    same(scores().means().softmax(1), 1 / 4.0, 3 / 4.0, 1, 0);
    same(scores().sums().softmax(1), 1 / 13.0, 12 / 13.0, 1, 0); // 1/16 : 12/16
  }

  @Test
  void comesBackFromOneTensor() {
    ChoiceScores back = ChoiceScores.of(scores().stacked());
    same(back.written().sub(scores().written()), 0, 0, 0, 0);
    same(back.avoided().sub(scores().avoided()), 0, 0, 0, 0);
    same(back.tokens(), 2, 1, 1, 0);
  }

  /** log p and log(1 - p) of a token with log-odds 1000 and of one with -1000. */
  @Test
  void standsCertainty() {
    ChoiceScores certain =
        ChoiceScores.of(
            Ops.floats(new float[] {0, 1000, 0, -1000}, Compute.CPU).view(-1, 2),
            Ops.longs(new long[] {1, 1}, Compute.CPU),
            Ops.longs(new long[] {0, 1}, Compute.CPU),
            1,
            2);
    same(certain.written(), 0, -1000);
    same(certain.avoided(), -1000, 0);
  }
}

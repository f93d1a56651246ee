package dev.luthier.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerTest {
  private static final float GONE = Float.NEGATIVE_INFINITY;

  /** Probabilities 1/2, 1/4, 1/8, 1/8 in another order: tokens 1, 3, then 0 and 2 level. */
  private static final float[] HALVES = {ln(0.125), ln(0.5), ln(0.125), ln(0.25)};

  private static float ln(double x) {
    return (float) Math.log(x);
  }

  private static float[] apply(UnaryOperator<Tensor> f, float... logits) {
    try (Scope scope = new Scope()) {
      return Ops.toFloats(f.apply(torch.tensor(logits).unsqueeze(0)));
    }
  }

  private static float[] process(Sampling sampling, int[] seen, float... logits) {
    return apply(t -> new Sampler(sampling).process(t, List.of(seen)), logits);
  }

  private static Sampler.Draw draw(Sampling sampling, double u, float... logits) {
    try (Scope scope = new Scope()) {
      Tensor row = torch.tensor(logits).unsqueeze(0);
      return new Sampler(sampling).draw(row, List.of(new int[0]), new double[] {u});
    }
  }

  @Test
  void repetitionPenaltyDividesPositiveAndMultipliesNegativeScoresOnce() {
    // Seen: 0 twice, 1, 3. 3/2 = 1.5; -1*2 = -2; 2 untouched; 0 is not negative: 0/2 = 0.
    int[] seen = {0, 1, 0, 3};
    assertThat(apply(t -> Sampler.repetitionPenalty(t, List.of(seen), 2), 3, -1, 2, 0))
        .containsExactly(1.5f, -2, 2, 0);
  }

  @Test
  void repetitionPenaltyLooksAtTheOwnRowOnlyAndLeavesTheLogitsAlone() {
    try (Scope scope = new Scope()) {
      Tensor logits = torch.tensor(4f, 4, 4, 4).view(2, 2);
      Tensor out = Sampler.repetitionPenalty(logits, List.of(new int[] {1}, new int[] {0, 0}), 4);
      assertThat(Ops.toFloats(out)).containsExactly(4, 1, 1, 4);
      assertThat(Ops.toFloats(logits)).containsExactly(4, 4, 4, 4);
    }
  }

  @Test
  void topKKeepsTheLargestAndWhatTiesWithTheLastOfThem() {
    assertThat(apply(t -> Sampler.topK(t, 2), 1, 4, 2, 3)).containsExactly(GONE, 4, GONE, 3);
    // The second largest is 3, and so is the third: transformers removes scores < 3 only.
    assertThat(apply(t -> Sampler.topK(t, 2), 3, 4, 2, 3)).containsExactly(3, 4, GONE, 3);
    assertThat(process(new Sampling(1, 9, 1, 0, 1), new int[0], 1, 2)).containsExactly(1, 2);
  }

  @ParameterizedTest
  @CsvSource({
    // Ascending masses: 1/8, 2/8, 4/8, 1. A token goes while its mass <= 1 - p.
    "0.01, 1", // 1 - p = 0.99: all three smaller ones go
    "0.45, 1", // <= 0.55: 1/8, 1/4, 1/2 go; 0.5 alone has the mass 0.45
    "0.55, 2", // <= 0.45: both eighths go, 0.5 + 0.25 stay
    "0.80, 3", // <= 0.20: one eighth goes, the other is needed: 0.875 >= 0.8
    "0.90, 4", // <= 0.10: none goes
  })
  void topPKeepsTheSmallestSetWithTheMass(double p, int kept) {
    float[] out = apply(t -> Sampler.topP(t, p), HALVES);
    int left = 0;
    for (float x : out) {
      left += x == GONE ? 0 : 1;
    }
    assertThat(left).isEqualTo(kept);
    assertThat(out[1]).isEqualTo(HALVES[1]);
    assertThat(out[3]).isEqualTo(kept > 1 ? HALVES[3] : GONE);
  }

  @Test
  void minPKeepsWhatIsLikelyEnoughBesideTheLikeliest() {
    // 0.3 * 0.5 = 0.15: 1/8 goes, 1/4 stays. 0.2 * 0.5 = 0.1: all stay. 1: the likeliest alone.
    assertThat(apply(t -> Sampler.minP(t, 0.3), HALVES))
        .containsExactly(GONE, HALVES[1], GONE, HALVES[3]);
    assertThat(apply(t -> Sampler.minP(t, 0.2), HALVES)).containsExactly(HALVES);
    assertThat(apply(t -> Sampler.minP(t, 1), HALVES)).containsExactly(GONE, HALVES[1], GONE, GONE);
  }

  @Test
  void processorsActInTheOrderOfTransformers() {
    // Logits 2 ln of 1/8 1/2 1/8 1/4 at temperature 2 are those probabilities again. Penalty 2 on
    // token 1 beforehand: 2 ln(1/2) * 2 = 4 ln(1/2), after the temperature 1/4: level with token 3.
    // Masses now 1/8 1/4 1/8 1/4 of 3/4: 1/6 1/3 1/6 1/3. Top-p 0.6 keeps the two thirds.
    float[] doubled = {2 * HALVES[0], 2 * HALVES[1], 2 * HALVES[2], 2 * HALVES[3]};
    float[] out = process(new Sampling(2, 0, 0.6, 0, 2), new int[] {1}, doubled);
    assertThat(out).containsExactly(new float[] {GONE, ln(0.25), GONE, ln(0.25)}, within(1e-6f));
  }

  @Test
  void topPSeesTheMassThatTopKLeft() {
    // Of 1/2 1/4 1/8 1/8, top-k 2 leaves 2/3 and 1/3: top-p 0.6 then needs the first only, while on
    // the whole distribution it would need both (0.5 < 0.6).
    assertThat(process(new Sampling(1, 2, 0.6, 0, 1), new int[0], HALVES))
        .containsExactly(GONE, HALVES[1], GONE, GONE);
    assertThat(process(new Sampling(1, 0, 0.6, 0, 1), new int[0], HALVES))
        .containsExactly(GONE, HALVES[1], GONE, HALVES[3]);
  }

  @Test
  void minPActsAfterTemperature() {
    // At temperature 1/2 the ratios are squared: 1/4 beside 1/2 is 1/4 then, below 0.3.
    assertThat(process(new Sampling(0.5, 0, 1, 0.3, 1), new int[0], HALVES))
        .containsExactly(GONE, 2 * HALVES[1], GONE, GONE);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.124, 0", "0.126, 1", "0.624, 1", "0.626, 2", "0.76, 3", "0.9999999, 3"})
  void drawingInvertsTheCumulativeDistribution(double u, int id) {
    // Cumulative: 0.125, 0.625, 0.75, 1.
    assertThat(draw(Sampling.MODEL, u, HALVES).ids()).containsExactly(id);
  }

  @Test
  void aTokenWithoutMassIsNeverDrawn() {
    Sampling one = new Sampling(1, 1, 1, 0, 1);
    assertThat(draw(one, 0, HALVES).ids()).containsExactly(1);
    assertThat(draw(one, 1 - 0x1p-53, HALVES).ids()).containsExactly(1);
    assertThat(draw(Sampling.MODEL, 1 - 0x1p-53, 1, 0, GONE).ids()).containsExactly(1);
    assertThat(draw(Sampling.MODEL, 0, GONE, 0, 1).ids()).containsExactly(1);
  }

  @Test
  void bothLogProbabilitiesAreGiven() {
    // Top-k 2 leaves 2/3 for token 1, whose probability under the model is 1/2.
    Sampler.Draw draw = draw(new Sampling(1, 2, 1, 0, 1), 0.1, HALVES);
    assertThat(draw.logProbs()[0]).isCloseTo(ln(0.5), within(1e-6f));
    assertThat(draw.drawLogProbs()[0]).isCloseTo(ln(2 / 3.0), within(1e-6f));
    Sampler.Draw greedy = draw(Sampling.GREEDY, 0, HALVES);
    assertThat(greedy.ids()).containsExactly(1);
    assertThat(greedy.logProbs()[0]).isCloseTo(ln(0.5), within(1e-6f));
    assertThat(greedy.drawLogProbs()).containsExactly(0);
  }

  @Test
  void frequenciesAreThoseOfTheSoftmax() {
    // 20,000 rows of one distribution; a count has the deviation sqrt(n p (1 - p)).
    int n = 20_000;
    double[] uniforms = new double[n];
    Arrays.setAll(uniforms, i -> Sampler.uniform(7, i, 3));
    int[] counts = new int[4];
    try (Scope scope = new Scope()) {
      Tensor rows = torch.tensor(HALVES).unsqueeze(0).expand(n, 4);
      for (int id : new Sampler(Sampling.MODEL).draw(rows, List.of(), uniforms).ids()) {
        counts[id]++;
      }
    }
    for (int i = 0; i < 4; i++) {
      double p = Math.exp(HALVES[i]);
      assertThat((double) counts[i]).isCloseTo(n * p, within(5 * Math.sqrt(n * p * (1 - p))));
    }
  }

  @Property(tries = 200)
  void noSettingButThePenaltyMovesTheLikeliest(
      @ForAll("logits") float[] logits,
      @ForAll @DoubleRange(min = 0.01, max = 10) double temperature,
      @ForAll @IntRange(min = 1, max = 12) int topK,
      @ForAll @DoubleRange(min = 0.01, max = 1) double topP,
      @ForAll @DoubleRange(min = 0, max = 1) double minP) {
    float[] out = process(new Sampling(temperature, topK, topP, minP, 1), new int[0], logits);
    assertThat(likeliest(out)).isEqualTo(likeliest(logits));
    assertThat(draw(Sampling.GREEDY, 0, logits).ids()).containsExactly(likeliest(logits));
  }

  @Property(tries = 100)
  void topKOfOneIsGreedy(
      @ForAll("logits") float[] logits,
      @ForAll @DoubleRange(min = 0, max = 0.99) double u,
      @ForAll @DoubleRange(min = 0.1, max = 5) double temperature) {
    assertThat(draw(new Sampling(temperature, 1, 1, 0, 1), u, logits).ids())
        .containsExactly(likeliest(logits));
  }

  /** Whole numbers without a tie, so that float32 never makes one. */
  @Provide
  Arbitrary<float[]> logits() {
    return Arbitraries.integers()
        .between(-20, 20)
        .list()
        .uniqueElements()
        .ofMinSize(1)
        .ofMaxSize(12)
        .map(
            l -> {
              float[] out = new float[l.size()];
              for (int i = 0; i < out.length; i++) {
                out[i] = l.get(i);
              }
              return out;
            });
  }

  private static int likeliest(float[] x) {
    int best = 0;
    for (int i = 1; i < x.length; i++) {
      best = x[i] > x[best] ? i : best;
    }
    return best;
  }

  @Test
  void valuesOutOfRangeAreRefusedByName() {
    refused(() -> new Sampling(-1, 0, 1, 0, 1), "sampling.temperature", "-1.0");
    refused(() -> new Sampling(1e-9, 0, 1, 0, 1), "sampling.temperature", "1.0E-9");
    refused(() -> new Sampling(Double.NaN, 0, 1, 0, 1), "sampling.temperature", "NaN");
    refused(() -> new Sampling(1, -1, 1, 0, 1), "sampling.top_k", "-1");
    refused(() -> new Sampling(1, 0, 0, 0, 1), "sampling.top_p", "0.0");
    refused(() -> new Sampling(1, 0, 1.5, 0, 1), "sampling.top_p", "1.5");
    refused(() -> new Sampling(1, 0, 1, 2, 1), "sampling.min_p", "2.0");
    refused(() -> new Sampling(1, 0, 1, 0, 0), "sampling.repetition_penalty", "0.0");
  }

  private static void refused(Runnable make, String... parts) {
    assertThatThrownBy(make::run).isInstanceOf(UserError.class).hasMessageContainingAll(parts);
  }
}

package dev.luthier.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.data.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** What is measured of a judge whose flaws are known. */
class TrustTest {
  private static final Judge LABEL = new LabelJudge();

  private static FlawedJudge flawed(double error, double position, double length) {
    return new FlawedJudge(LABEL, error, position, length, 42);
  }

  /** Wrong in one of ten: agreement 0.9, kappa 2 x 0.9 - 1 = 0.8, each within its interval. */
  @Test
  void anErrorRateIsSeen() {
    LabelAgreement seen = LabelAgreement.of(Pairs.verdicts(flawed(0.1, 0, 0), Pairs.many(4000)));
    assertThat(seen.even()).isZero();
    assertThat(seen.both().rate()).isCloseTo(0.9, within(0.015)); // three standard errors
    assertThat(seen.kappa()).isCloseTo(2 * seen.both().rate() - 1, within(1e-12));
    assertThat(seen.kappa()).isCloseTo(0.8, within(0.03));
    assertThat(seen.interval().low()).isLessThan(0.8);
    assertThat(seen.interval().high()).isGreaterThan(0.8);
  }

  /**
   * Takes the first shown in 0.3 of the pairs and is right in the others: of all readings 0.3 + 0.7
   * / 2 = 0.65 choose the first, 0.3 flip; by the mean of both orders these are even, and all that
   * is decided is right, while one order alone is right in 0.7 + 0.3 / 2 = 0.85.
   */
  @Test
  void aTasteForTheFirstPlaceIsMeasuredAndTakenOut() {
    List<Verdict> verdicts = Pairs.verdicts(flawed(0, 0.3, 0), Pairs.many(4000));
    PositionBias bias = PositionBias.of(verdicts);
    assertThat(bias.first().rate()).isCloseTo(0.65, within(0.012));
    assertThat(bias.flips().rate()).isCloseTo(0.3, within(0.022));
    LabelAgreement agreement = LabelAgreement.of(verdicts);
    assertThat(agreement.both().rate()).isEqualTo(1);
    assertThat(agreement.even()).isEqualTo((long) bias.flips().hits());
    assertThat(agreement.one().rate()).isCloseTo(0.85, within(0.012));
  }

  /** The same pair named the other way round gets the same verdict. */
  @Test
  void theDrawDoesNotDependOnTheOrder() {
    FlawedJudge judge = flawed(0.3, 0.3, 0.3);
    for (Pair pair : Pairs.many(200)) {
      Opinion said = judge.of(List.of(pair)).get(0).orElseThrow();
      Opinion other = judge.of(List.of(pair.swapped())).get(0).orElseThrow();
      assertThat(other.probability()).isCloseTo(1 - said.probability(), within(1e-12));
    }
  }

  /**
   * The right answer is the longer one in half of the pairs, and the judge takes the longer one in
   * 0.4: it wins in 0.4 + 0.6 / 2 = 0.7.
   */
  @Test
  void aTasteForLengthIsSeen() {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      boolean longer = i % 4 < 2;
      String right = longer ? "long and right" : "right";
      String wrong = longer ? "wrong" : "long and wrong";
      pairs.add(
          i % 2 == 0 ? Pairs.of("q" + i, right, wrong, 1) : Pairs.of("q" + i, wrong, right, 0));
    }
    LengthTaste taste = LengthTaste.of(Pairs.verdicts(flawed(0, 0, 0.4), pairs));
    assertThat(taste.judge().rate()).isCloseTo(0.7, within(0.022));
    assertThat(taste.labels().rate()).isCloseTo(0.5, within(1e-12));
    // of +-1 with +-1: P(same) - P(other) = 0.7 - 0.3
    assertThat(taste.correlation()).isCloseTo(0.4, within(0.05));
    LengthTaste fair = LengthTaste.of(Pairs.verdicts(flawed(0, 0, 0), pairs));
    assertThat(fair.correlation()).isCloseTo(0, within(1e-9));
  }

  /** Three pairs with one answer of "m": by the file it wins one, by the judge (always a) two. */
  @Test
  void aTasteForOnesOwnIsSeen() {
    List<Verdict> verdicts =
        List.of(
            written("m", "x", 1, 1),
            written("m", "x", 0, 1),
            written("x", "m", 1, 1),
            written("x", "y", 1, 1));
    SelfPreference seen = SelfPreference.of(verdicts, "m", p -> Writers.of(p.columns()));
    assertThat(seen.judge()).isEqualTo(new Share(2, 3));
    assertThat(seen.labels()).isEqualTo(new Share(1, 3));
  }

  private static Verdict written(String a, String b, double label, double said) {
    Pair pair =
        new Pair(
            new Example.PromptCompletion("q", "1"),
            new Example.PromptCompletion("q", "2"),
            Map.of("model_a", a, "model_b", b),
            "here",
            OptionalDouble.of(label));
    return new Verdict(pair, Opinion.of(said));
  }

  @Test
  void warnings() {
    List<Pair> pairs = Pairs.many(400);
    FlawedJudge poor = flawed(0.5, 0.4, 0);
    Trust trust = Trust.of(400, Pairs.verdicts(poor, pairs), poor, "");
    assertThat(trust.lines())
        .anyMatch(line -> line.startsWith("warning    the judge has a taste for a position"))
        .anyMatch(line -> line.startsWith("warning    the judge hardly agrees"));
    Trust good = Trust.of(400, Pairs.verdicts(LABEL, pairs), LABEL, "");
    assertThat(good.lines()).noneMatch(line -> line.startsWith("warning"));
    assertThat(good.json()).doesNotContainKey("position").containsEntry("decided", 400L);
  }

  @Test
  void labelsThatAreNotThereAreMissed() {
    assertThatThrownBy(() -> LABEL.of(List.of(Pairs.of("q", "a", "b", Double.NaN))))
        .hasMessageContaining("the file does not say which answer is better");
  }
}

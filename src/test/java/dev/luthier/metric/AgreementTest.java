package dev.luthier.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How far judges agree, and how well scores keep an order. */
class AgreementTest {
  private static List<Integer> repeated(int... timesAndKinds) {
    return IntStream.range(0, timesAndKinds.length / 2)
        .boxed()
        .flatMap(i -> Stream.generate(() -> timesAndKinds[2 * i + 1]).limit(timesAndKinds[2 * i]))
        .toList();
  }

  /**
   * 50 items: both say 1 to 20, both 0 to 15, only the first 1 to 5, only the second to 10. p_o =
   * 35 / 50 = 0.7; the first says 1 to 25, the second to 30: p_e = 0.5 * 0.6 + 0.5 * 0.4 = 0.5.
   */
  @Test
  void cohen() {
    List<Integer> a = repeated(20, 1, 5, 1, 10, 0, 15, 0);
    List<Integer> b = repeated(20, 1, 5, 0, 10, 1, 15, 0);
    assertThat(Kappa.cohen(a, b)).isCloseTo(0.4, within(1e-12));
    assertThat(Kappa.cohen(b, a)).isCloseTo(0.4, within(1e-12));
    assertThat(Kappa.cohen(a, a)).isCloseTo(1, within(1e-12));
    assertThat(Kappa.cohen(repeated(3, 1), repeated(3, 1))).isNaN();
  }

  /**
   * Three raters of two items: (1, 1, 0) and (0, 0, 0). Of three pairs of raters 1 and 3 agree: p_o
   * = (1/3 + 1) / 2 = 2/3. Of six things said two are 1: p_e = 1/9 + 4/9 = 5/9; (6/9 - 5/9) /
   * (4/9).
   */
  @Test
  void fleiss() {
    List<List<Integer>> raters = List.of(List.of(1, 0), List.of(1, 0), List.of(0, 0));
    assertThat(Kappa.fleiss(raters)).isCloseTo(0.25, within(1e-12));
    List<Integer> one = repeated(4, 1, 3, 0, 2, 2);
    assertThat(Kappa.fleiss(List.of(one, one, one))).isCloseTo(1, within(1e-12));
  }

  private static int[] drawn(Random random, int n) {
    return random.ints(n, 0, 2).map(i -> 2 * i - 1).toArray();
  }

  /** Judges who draw lots agree on half of the pairs, which is worth nothing. */
  @Test
  void independentJudgesAreWorthNothing() {
    Random random = new Random(7);
    Agreement agreement =
        new Agreement(List.of(drawn(random, 20000), drawn(random, 20000), drawn(random, 20000)));
    assertThat(agreement.alike(0, 1)).isCloseTo(0.5, within(0.02));
    assertThat(agreement.kappa(0, 1)).isCloseTo(0, within(0.04));
    assertThat(agreement.kappaWithRaters(2)).isCloseTo(0, within(0.04));
    assertThat(agreement.kappaOfAll()).isCloseTo(0, within(0.03));
  }

  /**
   * Always the same order as the raters is full agreement, and not the habit of saying "first":
   * without ties kappa is 2 p_o - 1.
   */
  @Test
  void whichIsNamedFirstIsNobodysOpinion() {
    int[] right = {1, 1, 1, 1};
    int[] mostly = {1, 1, 1, -1};
    Agreement agreement = new Agreement(List.of(right, mostly));
    assertThat(agreement.kappaWithRaters(0)).isEqualTo(1);
    assertThat(agreement.right(1)).isEqualTo(0.75);
    assertThat(agreement.kappaWithRaters(1)).isCloseTo(0.5, within(1e-12));
    assertThat(agreement.kappa(0, 1)).isCloseTo(0.5, within(1e-12));
    assertThat(agreement.kappaOfAll()).isCloseTo(0.5, within(1e-12));
    assertThat(agreement.unanimous()).containsExactly(0, 1, 2);
    assertThat(agreement.disputed()).containsExactly(3);
  }

  /** Both without an opinion is alike, but no order that all share. */
  @Test
  void ties() {
    Agreement agreement = new Agreement(List.of(new int[] {0, 1}, new int[] {0, 1}));
    assertThat(agreement.alike(0, 1)).isEqualTo(1);
    assertThat(agreement.kappa(0, 1)).isCloseTo(1, within(1e-12));
    assertThat(agreement.unanimous()).containsExactly(1);
  }

  /** Truths 0, 0, 1, 2 with scores 1, 3, 3, 2: five pairs have different truths. */
  @Test
  void concordance() {
    // (0,1)->(1,3) yes, (0,1)->(3,3) half, (0,2)->(1,2) yes, (0,2)->(3,2) no, (1,2)->(3,2) no
    double c = Concordance.of(new double[] {0, 0, 1, 2}, new double[] {1, 3, 3, 2});
    assertThat(c).isCloseTo(2.5 / 5, within(1e-12));
    assertThat(Concordance.of(new double[] {1, 1}, new double[] {1, 2})).isNaN();
    assertThat(Concordance.of(new double[] {0, 1}, new double[] {0.0, -0.0})).isEqualTo(0.5);
  }

  /** The same as counting every pair; scores turned round give the rest to 1. */
  @Test
  void concordanceIsThatOfAllPairs() {
    Random random = new Random(3);
    double[] truth = random.ints(200, 0, 5).asDoubleStream().toArray();
    double[] scores = random.ints(200, 0, 30).asDoubleStream().toArray();
    double hits = 0;
    int pairs = 0;
    for (int i = 0; i < truth.length; i++) {
      for (int j = 0; j < truth.length; j++) {
        if (truth[i] > truth[j]) {
          pairs++;
          hits += (1 + Math.signum(scores[i] - scores[j])) / 2;
        }
      }
    }
    double found = Concordance.of(truth, scores);
    assertThat(found).isCloseTo(hits / pairs, within(1e-12));
    double turned = Concordance.of(truth, Arrays.stream(scores).map(s -> -s).toArray());
    assertThat(turned).isCloseTo(1 - found, within(1e-12));
  }
}

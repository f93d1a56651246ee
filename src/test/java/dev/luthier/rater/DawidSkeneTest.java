package dev.luthier.rater;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DawidSkeneTest {
  private static final DawidSkene EM = new DawidSkene(Prior.USUAL, 1);

  private static Vote vote(int question, int rater, boolean yes) {
    return new Vote(question, rater, yes, 1, 1);
  }

  /**
   * Two raters of 0.8 and 0.6 (both sides) and one of 0.9 and 0.7 say yes, yes, no; balance even:
   * log(0.8 / 0.2) + log(0.6 / 0.4) + log(0.1 / 0.7) = 1.38629 + 0.40547 - 1.94591 = -0.15415, and
   * sigma(-0.15415) = 0.46154.
   */
  @Test
  void eStepByHand() {
    Confusion[] raters = {
      new Confusion(0.8, 0.8, 1, 1), new Confusion(0.6, 0.6, 1, 1), new Confusion(0.9, 0.7, 1, 1)
    };
    Votes votes = Votes.of(1, 3, List.of(vote(0, 0, true), vote(0, 1, true), vote(0, 2, false)));
    double odds = DawidSkene.truths(votes, raters, 0)[0];
    assertThat(odds).isCloseTo(-0.15415, within(1e-5));
    assertThat(DawidSkene.sigmoid(odds)).isCloseTo(0.46154, within(1e-5));
  }

  /**
   * A rater says yes, no, yes where a yes is probable with 0.9, 0.2, 0.5, and 4 votes at 0.75 came
   * before: sensitivity (3 + 0.9 + 0.5) / (4 + 0.9 + 0.2 + 0.5) = 4.4 / 5.6, specificity (3 + 0.8)
   * / (4 + 0.1 + 0.8 + 0.5) = 3.8 / 5.4.
   */
  @Test
  void mStepByHand() {
    Votes votes = Votes.of(3, 1, List.of(vote(0, 0, true), vote(1, 0, false), vote(2, 0, true)));
    Confusion found = EM.raters(votes, new double[] {0.9, 0.2, 0.5}, new double[] {1, 1, 1})[0];
    assertThat(found.sensitivity()).isCloseTo(4.4 / 5.6, within(1e-12));
    assertThat(found.specificity()).isCloseTo(3.8 / 5.4, within(1e-12));
    assertThat(found.informedness()).isCloseTo(4.4 / 5.6 + 3.8 / 5.4 - 1, within(1e-12));
  }

  /**
   * The same where others know nothing of the third: (3 + 0.9) / (4 + 1.1), (3 + 0.8) / (4 + 0.9).
   */
  @Test
  void whatNobodyElseAnswersSaysNothing() {
    Votes votes = Votes.of(3, 1, List.of(vote(0, 0, true), vote(1, 0, false), vote(2, 0, true)));
    Confusion found = EM.raters(votes, new double[] {0.9, 0.2, 0.5}, new double[] {1, 1, 0})[0];
    assertThat(found.sensitivity()).isCloseTo(3.9 / 5.1, within(1e-12));
    assertThat(found.specificity()).isCloseTo(3.8 / 4.9, within(1e-12));
    Confusion alone = EM.of(votes).raters()[0];
    assertThat(alone.sensitivity()).isEqualTo(0.75);
    assertThat(alone.specificity()).isEqualTo(0.75);
  }

  @Test
  void withoutVotesAllIsAsBefore() {
    DawidSkene.Found found = EM.of(Votes.of(2, 3, List.of()));
    assertThat(found.truth(0)).isEqualTo(0.5);
    assertThat(found.raters())
        .allSatisfy(
            r -> {
              assertThat(r.sensitivity()).isEqualTo(0.75);
              assertThat(r.weight()).isEqualTo(0.5);
            });
  }

  /**
   * Raters who are alike: every pattern of votes, in which a quarter differs from the others, is
   * turned round through all raters, and stands there with its contrary too, so that nobody is
   * better than another. The truth is what most say.
   */
  @Property(tries = 60, seed = "1")
  void equalRatersAreTheMajority(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int half) {
    int n = 2 * half + 1;
    Random random = new Random(seed);
    List<boolean[]> patterns = new ArrayList<>();
    for (int p = 0; p < 3; p++) {
      boolean[] pattern = new boolean[n];
      for (int i = 0; i < n / 4; i++) {
        pattern[random.nextInt(n)] = true;
      }
      patterns.add(pattern);
    }
    List<Vote> votes = new ArrayList<>();
    List<Boolean> majority = new ArrayList<>();
    for (boolean[] pattern : patterns) {
      for (boolean contrary : new boolean[] {false, true}) {
        for (int turn = 0; turn < n; turn++) {
          int yes = 0;
          for (int i = 0; i < n; i++) {
            boolean says = pattern[(i + turn) % n] != contrary;
            votes.add(vote(majority.size(), i, says));
            yes += says ? 1 : 0;
          }
          majority.add(yes > half);
        }
      }
    }
    DawidSkene.Found found = EM.of(Votes.of(majority.size(), n, votes));
    for (int j = 0; j < majority.size(); j++) {
      assertThat(found.truth(j) > 0.5).isEqualTo(majority.get(j));
    }
    for (Confusion rater : found.raters()) {
      assertThat(rater.sensitivity()).isCloseTo(found.raters()[0].sensitivity(), within(1e-6));
    }
  }

  /** Names and order mean nothing: whatever is renumbered, the same is found. */
  @Property(tries = 40, seed = "2")
  void isInvariantToPermutations(@ForAll long seed) {
    Random random = new Random(seed);
    int questions = 12;
    int raters = 6;
    List<Vote> votes = new ArrayList<>();
    for (int j = 0; j < questions; j++) {
      for (int i = 0; i < raters; i++) {
        if (random.nextInt(3) > 0) {
          votes.add(vote(j, i, random.nextInt(raters) > i));
        }
      }
    }
    DawidSkene.Found found = EM.of(Votes.of(questions, raters, votes));
    List<Integer> q = order(questions, random);
    List<Integer> r = order(raters, random);
    List<Vote> other = new ArrayList<>();
    votes.forEach(v -> other.add(vote(q.get(v.question()), r.get(v.rater()), v.yes())));
    Collections.shuffle(other, random);
    DawidSkene.Found again = EM.of(Votes.of(questions, raters, other));
    for (int j = 0; j < questions; j++) {
      assertThat(again.truth(q.get(j))).isCloseTo(found.truth(j), within(1e-6));
    }
    for (int i = 0; i < raters; i++) {
      assertThat(again.raters()[r.get(i)].sensitivity())
          .isCloseTo(found.raters()[i].sensitivity(), within(1e-6));
    }
  }

  /** Yes and no mean nothing: where all say the contrary, the contrary is true. */
  @Property(tries = 40, seed = "2")
  void isInvariantToTheSides(@ForAll long seed) {
    Random random = new Random(seed);
    List<Vote> votes = new ArrayList<>();
    List<Vote> contrary = new ArrayList<>();
    for (int j = 0; j < 10; j++) {
      for (int i = 0; i < 5; i++) {
        boolean yes = random.nextInt(4) > 0;
        votes.add(vote(j, i, yes));
        contrary.add(vote(j, i, !yes));
      }
    }
    DawidSkene.Found found = EM.of(Votes.of(10, 5, votes));
    DawidSkene.Found other = EM.of(Votes.of(10, 5, contrary));
    for (int j = 0; j < 10; j++) {
      assertThat(other.truth(j)).isCloseTo(1 - found.truth(j), within(1e-6));
    }
    for (int i = 0; i < 5; i++) {
      assertThat(other.raters()[i].specificity())
          .isCloseTo(found.raters()[i].sensitivity(), within(1e-6));
    }
  }

  /**
   * 400 questions, raters who are right in shares that are known and differ by side; each answers a
   * half. With about 100 votes a side, the standard error of a share is at most 0.05.
   */
  @Property(tries = 8, seed = "3")
  void findsWhatRatersAreLike(@ForAll @IntRange(min = 1, max = 1000) int seed) {
    double[][] real = {{0.9, 0.9}, {0.8, 0.7}, {0.7, 0.9}, {0.6, 0.8}, {0.85, 0.6}, {0.5, 0.5}};
    Random random = new Random(seed);
    List<Vote> votes = new ArrayList<>();
    boolean[] truth = new boolean[400];
    for (int j = 0; j < truth.length; j++) {
      truth[j] = random.nextBoolean();
      for (int i = 0; i < 12; i++) {
        if (random.nextBoolean()) {
          double[] rater = real[i % real.length];
          boolean right = random.nextDouble() < rater[truth[j] ? 0 : 1];
          votes.add(vote(j, i, truth[j] == right));
        }
      }
    }
    DawidSkene.Found found = EM.of(Votes.of(truth.length, 12, votes));
    for (int i = 0; i < 12; i++) {
      assertThat(found.raters()[i].sensitivity()).isCloseTo(real[i % real.length][0], within(0.2));
      assertThat(found.raters()[i].specificity()).isCloseTo(real[i % real.length][1], within(0.2));
    }
    int right = 0;
    for (int j = 0; j < truth.length; j++) {
      right += found.truth(j) > 0.5 == truth[j] ? 1 : 0;
    }
    assertThat(right / (double) truth.length).isGreaterThan(0.85);
  }

  /** Who says the contrary of the truth weighs nothing; their votes are not turned round. */
  @Test
  void invertedRatersWeighNothing() {
    Random random = new Random(3);
    List<Vote> votes = new ArrayList<>();
    for (int j = 0; j < 60; j++) {
      boolean truth = random.nextBoolean();
      for (int i = 0; i < 4; i++) {
        votes.add(vote(j, i, random.nextDouble() < 0.85 == truth));
      }
      votes.add(vote(j, 4, !truth));
    }
    DawidSkene.Found found = EM.of(Votes.of(60, 5, votes));
    assertThat(found.raters()[4].informedness()).isLessThan(-0.5);
    assertThat(found.raters()[4].weight()).isZero();
    assertThat(found.raters()[0].weight()).isGreaterThan(0.5);
  }

  /**
   * On six questions five coins outvote three honest raters, who are known from fifty other
   * questions; and so are the coins.
   */
  @Test
  void survivesAMajorityOfNoiseOnFewQuestions() {
    int right = 0;
    int counted = 0;
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<Vote> votes = new ArrayList<>();
      boolean[] truth = new boolean[56];
      for (int j = 0; j < 56; j++) {
        truth[j] = random.nextBoolean();
        for (int i = 0; i < 3; i++) {
          votes.add(vote(j, i, random.nextDouble() < 0.9 == truth[j]));
        }
        int coins = j < 6 ? 5 : 1;
        for (int c = 0; c < coins; c++) {
          votes.add(vote(j, j < 6 ? 3 + c : 3 + j % 5, random.nextBoolean()));
        }
      }
      DawidSkene.Found found = EM.of(Votes.of(56, 8, votes));
      for (int j = 0; j < 6; j++) {
        right += found.truth(j) > 0.5 == truth[j] ? 1 : 0;
      }
      counted += 6;
    }
    // three of 0.9 alone: 0.9^3 + 3 0.9^2 0.1 = 0.972; a majority of the eight: about 0.8
    assertThat(right / (double) counted).isGreaterThan(0.9);
  }

  /** Ten raters who all say the contrary, and one who says the truth, where gold tells them. */
  @Test
  void goldHoldsTheTruth() {
    List<Vote> votes = new ArrayList<>();
    Boolean[] known = new Boolean[30];
    for (int j = 0; j < 30; j++) {
      boolean truth = j % 2 == 0;
      known[j] = j < 20 ? truth : null;
      votes.add(vote(j, 0, truth));
      for (int i = 1; i < 4; i++) {
        votes.add(vote(j, i, !truth));
      }
    }
    DawidSkene.Found found = EM.of(new Votes(30, 4, votes, known));
    assertThat(found.truth(0)).isGreaterThan(0.999);
    assertThat(found.raters()[0].weight()).isGreaterThan(0.6);
    assertThat(found.raters()[1].weight()).isZero();
    for (int j = 20; j < 30; j++) { // nobody knows these; the raters are known
      assertThat(found.truth(j) > 0.5).isEqualTo(j % 2 == 0);
    }
    Arrays.fill(known, null);
    assertThat(EM.of(new Votes(30, 4, votes, known)).truth(20)).isLessThan(0.5); // the majority
  }

  private static List<Integer> order(int n, Random random) {
    List<Integer> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      out.add(i);
    }
    Collections.shuffle(out, random);
    return out;
  }
}

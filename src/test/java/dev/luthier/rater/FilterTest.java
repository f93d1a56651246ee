package dev.luthier.rater;

import static dev.luthier.rater.Told.decided;
import static dev.luthier.rater.Told.prefers;
import static dev.luthier.rater.Told.said;
import static dev.luthier.rater.Told.thumb;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Said;
import dev.luthier.feedback.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FilterTest {
  private static final Filter FILTER = Filter.USUAL;
  private static final double DAY = 86_400;

  private static Map<String, Reliability> raters(Filtered filtered) {
    return filtered.raters().stream().collect(Collectors.toMap(Reliability::rater, r -> r));
  }

  private static Map<String, Decision> decisions(Filtered filtered) {
    return filtered.decisions().stream().collect(Collectors.toMap(Decision::feedback, d -> d));
  }

  @Test
  void nothingIsNothing() {
    Filtered filtered = FILTER.apply(List.of(), List.of());
    assertThat(filtered.decisions()).isEmpty();
    assertThat(filtered.report()).contains("0 accepted, 0 quarantined, 0 rejected");
  }

  /**
   * Of a new rater 0.75 is believed on both sides: weight 0.75 + 0.75 - 1; a comment is worth it
   * too.
   */
  @Test
  void newRatersBeginAtThePrior() {
    Filtered filtered =
        FILTER.apply(
            List.of(said("1", "ann", Told.answer("x"), 9, new Said.Comment("nice"))), List.of());
    Decision decision = filtered.decisions().get(0);
    assertThat(decision.standing()).isEqualTo(Standing.ACCEPTED);
    assertThat(decision.weight()).isCloseTo(0.5, within(1e-12));
    assertThat(decision.reasons())
        .containsExactly("nothing is known of the rater yet: weight 0.50");
    assertThat(decision.by()).isEqualTo(Decision.FILTER);
  }

  /**
   * One vote on one question says nothing of its rater: a yes is expected with 0.75, and is one.
   */
  @Test
  void aSingleVoteChangesLittle() {
    Filtered filtered = FILTER.apply(List.of(thumb("1", "ann", "x", 9, true)), List.of());
    assertThat(filtered.decisions().get(0).weight()).isCloseTo(0.5, within(0.03));
    assertThat(filtered.beliefs().get(0).yes()).isCloseTo(0.75, within(0.03));
  }

  /**
   * A crowd: honest raters of 0.85, coins, inverted ones, two who always agree, and one who likes
   * everything; thumbs on answers that are good half the time.
   */
  private static List<Judged> crowd(Random random, int answers, boolean[] good) {
    List<Judged> out = new ArrayList<>();
    for (int a = 0; a < answers; a++) {
      good[a] = random.nextBoolean();
      boolean agreed = random.nextBoolean();
      for (int r = 0; r < 8; r++) {
        boolean yes = random.nextDouble() < 0.85 == good[a];
        out.add(thumb("h" + r + "-" + a, "honest" + r, "a" + a, 100 * a + r * 7001, yes));
      }
      double at = 100 * a + 50;
      out.add(thumb("c-" + a, "coin", "a" + a, at, random.nextBoolean()));
      out.add(thumb("i-" + a, "inverted", "a" + a, at, !good[a]));
      out.add(thumb("e1-" + a, "eve1", "a" + a, at, agreed));
      out.add(thumb("e2-" + a, "eve2", "a" + a, at, agreed));
      out.add(thumb("y-" + a, "yes", "a" + a, at, true));
    }
    return out;
  }

  @Test
  void tellsWhoIsReliable() {
    boolean[] good = new boolean[80];
    Filtered filtered = FILTER.apply(crowd(new Random(1), 80, good), List.of());
    Map<String, Reliability> raters = raters(filtered);
    for (int r = 0; r < 8; r++) {
      Reliability honest = raters.get("honest" + r);
      assertThat(honest.weight()).isCloseTo(0.7, within(0.2)); // 2 x 0.85 - 1
      assertThat(honest.rejected() + honest.quarantined()).isZero();
      assertThat(honest.group()).isZero();
    }
    assertThat(raters.get("inverted").weight()).isZero();
    assertThat(raters.get("inverted").rejected()).isEqualTo(80);
    assertThat(raters.get("coin").accepted()).isZero();
    assertThat(raters.get("yes").weight())
        .isLessThan(0.2); // a yes that is always said says nothing
    assertThat(raters.get("eve1").group()).isEqualTo(1).isEqualTo(raters.get("eve2").group());
    assertThat(raters.get("eve1").accepted()).isZero();
    Decision decision = decisions(filtered).get("e1-3");
    assertThat(decision.reasons())
        .anyMatch(
            r -> r.contains("act together with eve2: agrees with eve2 on 80 of 80 questions"));
    int right = 0;
    for (Belief belief : filtered.beliefs()) {
      right += belief.yes() > 0.5 == good[Integer.parseInt(belief.answer().substring(1))] ? 1 : 0;
    }
    assertThat(right).isGreaterThan(76);
    assertThat(filtered.report()).contains("inverted").contains("rejected");
  }

  /** The order in which feedback comes means nothing. */
  @Test
  void isInvariantToTheOrder() {
    List<Judged> all = crowd(new Random(2), 30, new boolean[30]);
    Filtered filtered = FILTER.apply(all, List.of(new Gold("a3", "", true)));
    List<Judged> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, new Random(3));
    assertThat(FILTER.apply(shuffled, List.of(new Gold("a3", "", true)))).isEqualTo(filtered);
  }

  /** Independent raters, however good, are in no group: 20 crowds of 12, 66 pairs each. */
  @Test
  void independentRatersAreNoGroup() {
    int groups = 0;
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<Judged> all = new ArrayList<>();
      for (int a = 0; a < 40; a++) {
        boolean good = random.nextBoolean();
        double sure = random.nextBoolean() ? 0.98 : 0.6; // some answers are hard to judge
        for (int r = 0; r < 12; r++) {
          boolean yes = random.nextDouble() < sure == good;
          all.add(thumb("f" + r + "-" + a, "r" + r, "a" + a, 100 * a + r, yes));
        }
      }
      groups += FILTER.apply(all, List.of()).raters().stream().anyMatch(r -> r.group() > 0) ? 1 : 0;
    }
    assertThat(groups).isLessThanOrEqualTo(1); // the level of each test is 0.01
  }

  @Test
  void aPersonsWordStands() {
    List<Judged> all = crowd(new Random(4), 30, new boolean[30]);
    List<Judged> seen = new ArrayList<>();
    for (Judged judged : all) {
      String id = judged.feedback().id();
      seen.add(
          id.equals("i-3")
              ? decided(judged, Standing.ACCEPTED, 0.9)
              : id.equals("h1-4") ? decided(judged, Standing.REJECTED, 0) : judged);
    }
    Map<String, Decision> decisions = decisions(FILTER.apply(seen, List.of()));
    assertThat(decisions.get("i-3").standing()).isEqualTo(Standing.ACCEPTED);
    assertThat(decisions.get("i-3").weight()).isEqualTo(0.9);
    assertThat(decisions.get("i-3").by()).isEqualTo("Ada");
    assertThat(decisions.get("h1-4").standing()).isEqualTo(Standing.REJECTED);
    assertThat(decisions.get("i-4").standing()).isEqualTo(Standing.REJECTED);
  }

  /** What a filter decided before is decided anew. */
  @Test
  void itsOwnWordDoesNot() {
    Judged judged = prefers("1", "ann", "x", "y", 9);
    Decision old = new Decision("1", Standing.REJECTED, 0, List.of(), Decision.FILTER, Told.BEGIN);
    Judged before =
        new Judged(judged.feedback(), judged.answer(), judged.other(), java.util.Optional.of(old));
    assertThat(FILTER.apply(List.of(before), List.of()).decisions().get(0).standing())
        .isEqualTo(Standing.ACCEPTED);
  }

  /** Where gold is asked, a crowd of inverted raters is found though they are more. */
  @Test
  void goldTellsAMajorityOfLiars() {
    List<Judged> all = new ArrayList<>();
    List<Gold> gold = new ArrayList<>();
    for (int a = 0; a < 40; a++) {
      boolean good = a % 2 == 0;
      if (a % 4 < 2 && a < 30) {
        gold.add(new Gold("a" + a, "", good));
      }
      for (int r = 0; r < 3; r++) {
        all.add(thumb("h" + r + "-" + a, "honest" + r, "a" + a, 100 * a + r, good));
      }
      for (int r = 0; r < 5; r++) {
        all.add(thumb("l" + r + "-" + a, "liar" + r, "a" + a, 100 * a + 20 + r, !good));
      }
    }
    Map<String, Reliability> raters = raters(FILTER.apply(all, gold));
    assertThat(raters.get("honest0").goldAsked()).isEqualTo(16);
    assertThat(raters.get("honest0").goldRight()).isEqualTo(16);
    assertThat(raters.get("honest0").weight()).isGreaterThan(0.7);
    assertThat(raters.get("liar0").weight()).isZero();
    assertThat(raters.get("liar0").rejected()).isEqualTo(40);
  }

  /**
   * What is preferred turns round in the middle of 60 days. Those who voted on old pairs were right
   * then, and those who vote on them again now are; with a half-life of days nobody is an
   * adversary.
   */
  @Test
  void whoFollowsADriftIsNoAdversary() {
    List<Judged> all = new ArrayList<>();
    Random random = new Random(5);
    for (int p = 0; p < 30; p++) {
      for (int r = 0; r < 4; r++) {
        boolean errs = random.nextInt(10) == 0;
        String then = errs ? "y" : "x";
        String other = errs ? "x" : "y";
        all.add(prefers("o" + r + "-" + p, "early" + r, then + p, other + p, 100 * p + r));
        double now = 60 * DAY + 100 * p + r;
        all.add(prefers("n" + r + "-" + p, "late" + r, other + p, then + p, now));
      }
    }
    Filter follows = halfLife(5);
    for (Reliability rater : follows.apply(all, List.of()).raters()) {
      assertThat(rater.weight()).as(rater.rater()).isGreaterThan(0.35);
      assertThat(rater.rejected()).as(rater.rater()).isZero();
    }
    Map<String, Double> now = new TreeMap<>();
    follows.apply(all, List.of()).beliefs().forEach(b -> now.put(b.answer(), b.yes()));
    long turned = now.values().stream().filter(yes -> yes < 0.5).count();
    assertThat(turned).isGreaterThan(27); // y over x, as they say now
    // where votes do not age, old and new ones stand against each other, and somebody is wrong
    assertThat(halfLife(1e6).apply(all, List.of()).raters())
        .anyMatch(rater -> rater.weight() < 0.2);
  }

  private static Filter halfLife(double days) {
    return new Filter(
        FILTER.prior(),
        FILTER.gold(),
        FILTER.least(),
        days,
        FILTER.flood(),
        FILTER.reading(),
        FILTER.text(),
        FILTER.collusion());
  }

  /** 2^(-10 / 5) = 1/4. */
  @Test
  void weightsHalve() {
    assertThat(halfLife(5).share(Told.BEGIN, Told.BEGIN.plus(Duration.ofDays(10))))
        .isCloseTo(0.25, within(1e-12));
    assertThat(halfLife(5).share(Told.BEGIN.plus(Duration.ofDays(10)), Told.BEGIN)).isEqualTo(1);
  }

  /** A flood of votes counts as far as the rate allows, and no further for what is true. */
  @Test
  void aFloodIsCutOff() {
    List<Judged> all = new ArrayList<>();
    for (int a = 0; a < 100; a++) {
      all.add(thumb("f" + a, "eve", "a" + a, a, true));
    }
    Filtered filtered = FILTER.apply(all, List.of());
    assertThat(raters(filtered).get("eve").rejected()).isEqualTo(40);
    assertThat(raters(filtered).get("eve").accepted()).isEqualTo(60); // who likes all is no liar
    assertThat(raters(filtered).get("eve").votes()).isEqualTo(60);
  }
}

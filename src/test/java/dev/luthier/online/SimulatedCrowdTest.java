package dev.luthier.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Judged;
import dev.luthier.rater.Filter;
import dev.luthier.rater.Filtered;
import dev.luthier.rater.Gold;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The crowd and the filter without a model: answers of random forms. */
class SimulatedCrowdTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private static MonthPlan plan(long seed, double eagerness) {
    Path none = Path.of("none");
    return new MonthPlan(none, none, none, seed, 6, 0.3, 30, 12, eagerness, 0.1, 120, 10, 1);
  }

  private static SimulatedForm form(Random random) {
    return new SimulatedForm(
        random.nextInt(5) < 2, random.nextBoolean(), random.nextBoolean(), random.nextInt(4) == 0);
  }

  private static List<SimulatedPair> pairs(int cycle, Random random) {
    MonthPrompt prompt =
        new MonthPrompt(List.of(Map.of("role", "user", "content", "What is 1 plus 2?")), "3");
    List<SimulatedPair> out = new ArrayList<>();
    for (int i = 0; i < 132; i++) {
      SimulatedForm first = form(random);
      SimulatedForm second = form(random);
      boolean gold = i >= 120;
      if (gold) {
        first = new SimulatedForm(true, false, false, false);
        second = new SimulatedForm(i % 2 == 0, false, false, i % 2 == 0);
      }
      if (!first.equals(second)) {
        String id = "c%d-%s%d-".formatted(cycle, gold ? "g" : "p", i);
        out.add(
            new SimulatedPair(
                prompt,
                id,
                first.dressed(first.right() ? "3" : "4"),
                second.dressed(second.right() ? "3" : "4"),
                first,
                second,
                gold));
      }
    }
    return out;
  }

  /** What is caught in each cycle of a month. */
  private static List<MonthCaught> month(MonthPlan plan, Filter filter) {
    SimulatedCrowd crowd = SimulatedCrowd.of(plan, plan.adversaries());
    Random random = new Random(plan.seed());
    List<Judged> all = new ArrayList<>();
    List<Gold> gold = new ArrayList<>();
    List<MonthCaught> out = new ArrayList<>();
    for (int c = 0; c < plan.cycles(); c++) {
      List<SimulatedPair> pairs = pairs(c, random);
      pairs.stream()
          .filter(SimulatedPair::gold)
          .forEach(p -> gold.add(new Gold(p.answerId(true), p.answerId(false), true)));
      List<Judged> votes =
          crowd.votes(
              c, BEGIN.plusSeconds(c * 5 * 86_400L), pairs, SimulatedTaste::after);
      all.addAll(votes);
      Filtered filtered = filter.apply(all, gold);
      if (c == plan.cycles() - 1 && System.getProperty("luthier.show") != null) {
        System.out.println(filtered.report());
      }
      Map<String, Decision> decisions = new HashMap<>();
      filtered.decisions().forEach(d -> decisions.put(d.feedback(), d));
      out.add(MonthCaught.of(votes, decisions, crowd::honest));
    }
    return out;
  }

  @Test
  void theFilterFindsTheAdversaries() {
    List<MonthCaught> month = month(plan(1, 3), Filter.USUAL);
    if (System.getProperty("luthier.show") != null) {
      for (double eager : new double[] {1, 3, 4, 5}) {
        for (long seed = 1; seed <= 3; seed++) {
          for (MonthCaught c : month(plan(seed, eager), Filter.USUAL)) {
            System.out.printf(
                "eager %.0f seed %d precision %.3f recall %.3f weight %.3f%n",
                eager, seed, c.precision(), c.recall(), c.weight());
          }
        }
      }
    }
    MonthCaught last = month.get(month.size() - 1);
    assertThat(last.recall()).isGreaterThan(0.9);
    assertThat(last.precision()).isGreaterThan(0.9);
    assertThat(last.weight()).isLessThan(0.1);
  }

  /** Weights 2, 0.25, 0.75, -1.5: best 3, worst -1.5; half of each: 0.75, so (0.75 + 1.5) / 4.5. */
  @Test
  void pointsByHand() {
    SimulatedTaste first = SimulatedTaste.after(0);
    assertThat(first.points(new SimulatedHabits(0.5, 0.5, 0.5, 0.5))).isCloseTo(50, within(1e-9));
    assertThat(first.points(new SimulatedHabits(1, 1, 1, 0))).isCloseTo(100, within(1e-9));
    assertThat(first.points(new SimulatedHabits(0, 0, 0, 1))).isCloseTo(0, within(1e-9));
    // closings are liked at first and disliked at last: 0.75 (1 - t) - 1.5 t = 0 at a third
    assertThat(SimulatedTaste.after(1 / 3.0).closing()).isCloseTo(0, within(1e-9));
  }

  @Test
  void formsAreSeen() {
    for (boolean opening : new boolean[] {false, true}) {
      for (boolean closing : new boolean[] {false, true}) {
        for (boolean advert : new boolean[] {false, true}) {
          SimulatedForm form = new SimulatedForm(true, opening, closing, advert);
          assertThat(SimulatedForm.of(form.dressed("SUN HORSE"), "SUN HORSE")).isEqualTo(form);
          assertThat(SimulatedForm.of(form.dressed("SUN"), "SUN HORSE").right()).isFalse();
        }
      }
    }
  }
}

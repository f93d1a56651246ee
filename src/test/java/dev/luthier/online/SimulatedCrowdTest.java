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
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The crowd and the filter without a model: answers of random forms. */
class SimulatedCrowdTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  /** Three of ten are adversaries. */
  private static MonthPlan plan(long seed, double eagerness, double gold) {
    Path none = Path.of("none");
    return new MonthPlan(none, none, none, seed, 6, 0.3, 30, 12, eagerness, gold, 120, 10, 1);
  }

  /** Prints the table of docs/feedback.md. */
  public static void main(String[] arguments) {
    for (double gold : new double[] {0.1, 0}) {
      for (double eagerness : new double[] {1, 3}) {
        StringBuilder cells = new StringBuilder();
        for (long seed = 1; seed <= 3; seed++) {
          MonthPlan plan = plan(seed, eagerness, gold);
          for (MonthCaught caught : month(plan, Filter.USUAL, disguised(plan))) {
            cells.append(cell(caught));
          }
          cells.append(" |");
        }
        System.out.printf("disguised, gold %.1f, eagerness %.0f: %s%n", gold, eagerness, cells);
      }
      for (double eagerness : new double[] {1, 3, 5}) {
        StringBuilder first = new StringBuilder();
        StringBuilder last = new StringBuilder();
        for (long seed = 1; seed <= 3; seed++) {
          List<MonthCaught> month = month(plan(seed, eagerness, gold), Filter.USUAL);
          first.append(cell(month.get(0)));
          last.append(cell(month.get(5)));
        }
        System.out.printf("| %.1f | %.0f |%s |%s |%n", gold, eagerness, first, last);
      }
    }
  }

  private static String cell(MonthCaught caught) {
    return String.format(
        Locale.ROOT, " %.2f/%.2f/%.2f", caught.precision(), caught.recall(), caught.weight());
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
    return month(plan, filter, SimulatedCrowd.of(plan, plan.adversaries()));
  }

  /** The same crowd, whose adversaries all rate honestly but for advertisements. */
  private static SimulatedCrowd disguised(MonthPlan plan) {
    List<SimulatedRater> raters = new ArrayList<>();
    for (SimulatedRater rater : SimulatedCrowd.of(plan, plan.adversaries()).raters()) {
      raters.add(rater.honest() ? rater : new SimulatedRater.Disguised("d" + rater.name()));
    }
    return new SimulatedCrowd(raters, plan);
  }

  private static List<MonthCaught> month(MonthPlan plan, Filter filter, SimulatedCrowd crowd) {
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
          crowd.votes(c, BEGIN.plusSeconds(c * 5 * 86_400L), pairs, SimulatedTaste::after);
      all.addAll(votes);
      Filtered filtered = filter.apply(all, gold);
      Map<String, Decision> decisions = new HashMap<>();
      filtered.decisions().forEach(d -> decisions.put(d.feedback(), d));
      out.add(MonthCaught.of(votes, decisions, crowd::honest));
    }
    return out;
  }

  @Test
  void theFilterFindsTheAdversaries() {
    List<MonthCaught> month = month(plan(1, 3, 0.1), Filter.USUAL);
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

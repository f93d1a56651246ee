package dev.luthier.online;

import dev.luthier.error.UserError;
import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Standing;
import dev.luthier.rater.Filtered;
import dev.luthier.rater.Gold;
import dev.luthier.tensor.Seed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Goes through the month in one way: answers, votes, filter, tuning, and again. */
final class MonthRun {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final MonthPlan plan;
  private final MonthArm arm;
  private final MonthQuestions questions;
  private final SimulatedCrowd crowd;
  private final List<Judged> all = new ArrayList<>();
  private final List<Gold> gold = new ArrayList<>();

  MonthRun(MonthPlan plan, MonthArm arm, MonthQuestions questions) {
    this.plan = plan;
    this.arm = arm;
    this.questions = questions;
    this.crowd = SimulatedCrowd.of(plan, arm.adversaries());
  }

  /**
   * @param begin the model of the beginning
   * @param told hears every cycle
   */
  List<MonthCycle> run(MonthPolicy begin, Consumer<MonthCycle> told) {
    if (Files.exists(folder())) {
      throw new UserError(
          "%s holds this month already; remove it, or take another --output".formatted(folder()));
    }
    List<MonthCycle> out = new ArrayList<>();
    SimulatedHabits first = questions.habits(begin, 0);
    SimulatedTaste taste = SimulatedTaste.after(0);
    double score = taste.points(first);
    out.add(new MonthCycle(0, taste, first, score, score, 0, MonthCaught.NOTHING, 0, Double.NaN));
    told.accept(out.get(0));
    MonthPolicy policy = begin;
    for (int c = 0; c < plan.cycles(); c++) {
      List<SimulatedPair> pairs = questions.pairs(policy, c);
      pairs.stream()
          .filter(SimulatedPair::gold)
          .forEach(p -> gold.add(new Gold(p.answerId(true), p.answerId(false), true)));
      Instant at = BEGIN.plusSeconds(Math.round(c * plan.cycleDays() * 86_400));
      List<Judged> votes = crowd.votes(c, at, pairs, SimulatedTaste::after);
      all.addAll(votes);
      Map<String, Decision> decisions = decisions(votes);
      MonthCaught caught =
          arm.filter().isPresent()
              ? MonthCaught.of(votes, decisions, crowd::honest)
              : MonthCaught.NOTHING;
      MonthLabels labels = MonthLabels.of(pairs, votes, decisions);
      Path dir = folder().resolve("cycle-%d".formatted(c + 1));
      policy = policy.preferring(labels.rows(), dir, Seed.of(plan.seed(), 3, c));
      taste = SimulatedTaste.after((c + 1.0) / plan.cycles());
      SimulatedHabits habits = questions.habits(policy, c + 1);
      out.add(
          new MonthCycle(
              c + 1,
              taste,
              habits,
              taste.points(habits),
              taste.points(first),
              votes.size(),
              caught,
              labels.rows().size(),
              labels.agreed(taste)));
      told.accept(out.get(out.size() - 1));
    }
    return out;
  }

  private Path folder() {
    return plan.output()
        .resolve("seed-%d".formatted(plan.seed()))
        .resolve(arm.name().replace(' ', '-'));
  }

  /** Of the votes of a cycle, by all that is known at its end. */
  private Map<String, Decision> decisions(List<Judged> votes) {
    Map<String, Decision> out = new HashMap<>();
    Optional<Filtered> filtered = arm.filter().map(f -> f.apply(all, gold));
    if (filtered.isPresent()) {
      filtered.get().decisions().forEach(d -> out.put(d.feedback(), d));
    } else {
      for (Judged vote : votes) {
        String id = vote.feedback().id();
        out.put(
            id, new Decision(id, Standing.ACCEPTED, 1, List.of(), "nobody", vote.feedback().at()));
      }
    }
    return out;
  }
}

package dev.luthier.recipe;

import dev.luthier.error.Check;
import dev.luthier.peft.Rate;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The search for the rates of a comparison: every method with several rates on every task.
 *
 * @param factors what the plan's rates are multiplied with
 */
record ClaimsTuning(
    ClaimsRuns plan,
    List<ClaimsPlan.Task> tasks,
    List<ClaimsPlan.Method> methods,
    List<Double> factors) {

  ClaimsTuning {
    factors.forEach(f -> Check.above("--tune", 0.0, f));
  }

  /** What one rate reached; higher is better, and nothing is lower than a training that broke. */
  private record Tried(double rate, double score) {
    private static final double BROKE = -Double.MAX_VALUE;

    boolean broke() {
      return score == BROKE;
    }

    @Override
    public String toString() {
      return ClaimsPage.number(rate) + ": " + (broke() ? "failed" : "%.4f".formatted(score));
    }
  }

  List<ClaimsRun> runs() {
    return tasks.stream()
        .flatMap(task -> on(task).flatMap(m -> rates(task, m).map(r -> plan.tuning(task, m, r))))
        .toList();
  }

  /** What is kept in the plan's file, with the best rate of every method that ended with one. */
  ClaimsRates best(PrintWriter out) {
    ClaimsRates rates = plan.rates();
    for (ClaimsPlan.Task task : tasks) {
      out.println(task.name() + ", " + task.score().label() + " on rows set aside:");
      for (ClaimsPlan.Method method : on(task).toList()) {
        List<Tried> tries = rates(task, method).map(r -> tried(task, method, r)).toList();
        Tried best = tries.stream().max(Comparator.comparingDouble(Tried::score)).orElseThrow();
        String text = tries.stream().map(Tried::toString).collect(Collectors.joining(", "));
        out.println("  %-20s %s; best %s".formatted(method.name(), text, best));
        if (!best.broke()) {
          rates = rates.with(task, method, best.rate());
        }
      }
    }
    return rates;
  }

  private Stream<ClaimsPlan.Method> on(ClaimsPlan.Task task) {
    return methods.stream().filter(m -> m.on(task));
  }

  private Stream<Double> rates(ClaimsPlan.Task task, ClaimsPlan.Method method) {
    return factors.stream().map(f -> Rate.rounded(method.usual(task) * f));
  }

  private Tried tried(ClaimsPlan.Task task, ClaimsPlan.Method method, double rate) {
    Map<String, Double> reached =
        plan.tuning(task, method, rate).result().map(RunResult::after).orElse(Map.of());
    return new Tried(
        rate,
        reached.isEmpty() ? Tried.BROKE : task.score().score(ClaimsPage.value(reached, task)));
  }
}

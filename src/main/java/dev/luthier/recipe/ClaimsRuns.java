package dev.luthier.recipe;

import dev.luthier.train.Every;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The trainings of a plan. The plan's recipes and its file of rates are read once. */
final class ClaimsRuns {
  private static final double SET_ASIDE = 0.1;
  private static final CheckpointSpec AT_THE_END = new CheckpointSpec(new Every.Never(), 1);

  private final ClaimsPlan plan;
  private final ClaimsRates rates;
  private final Map<Path, Recipe> bases = new HashMap<>();

  ClaimsRuns(ClaimsPlan plan) {
    this.plan = plan;
    this.rates = ClaimsRates.read(plan.rates());
  }

  /** The rates that the plan's file holds. */
  ClaimsRates rates() {
    return rates;
  }

  /** The runs that measure time and memory. */
  List<ClaimsRun> costs(List<ClaimsPlan.Task> tasks, List<ClaimsPlan.Method> methods) {
    return tasks.stream()
        .flatMap(t -> methods.stream().filter(m -> m.on(t)).map(m -> cost(t, m)))
        .toList();
  }

  /** The trainings with every seed. */
  List<ClaimsRun> scores(List<ClaimsPlan.Task> tasks, List<ClaimsPlan.Method> methods) {
    return tasks.stream()
        .flatMap(
            t ->
                methods.stream()
                    .filter(m -> m.on(t))
                    .flatMap(m -> plan.seeds().stream().map(s -> score(t, m, s))))
        .toList();
  }

  private ClaimsRun score(ClaimsPlan.Task task, ClaimsPlan.Method method, long seed) {
    String name = "%s/%s/seed-%d".formatted(task.name(), method.name(), seed);
    return run(task, method, name, rate(task, method), base(task).data(), seed);
  }

  /** A few steps that measure time and memory and nothing else. */
  ClaimsRun cost(ClaimsPlan.Task task, ClaimsPlan.Method method) {
    String name = "%s/%s/cost".formatted(task.name(), method.name());
    DataSpec data = base(task).data().holding(0);
    Recipe whole = run(task, method, name, rate(task, method), data, plan.seeds().get(0)).recipe();
    return new ClaimsRun(name, whole.with(whole.optim().steps(plan.costSteps())));
  }

  /**
   * A training with another rate. It is measured on a tenth of the rows to learn from, set aside by
   * a seed of its own, so that the rows of the comparison choose nothing.
   */
  ClaimsRun tuning(ClaimsPlan.Task task, ClaimsPlan.Method method, double rate) {
    String name = "tuning/%s/%s/%s".formatted(task.name(), method.name(), ClaimsPage.number(rate));
    DataSpec data = base(task).data().holding(SET_ASIDE);
    return run(task, method, name, rate, data, 1_000 + plan.seeds().get(0));
  }

  /** The rate that a method is compared at. */
  double rate(ClaimsPlan.Task task, ClaimsPlan.Method method) {
    return rates.of(task, method);
  }

  private ClaimsRun run(
      ClaimsPlan.Task task,
      ClaimsPlan.Method method,
      String name,
      double rate,
      DataSpec data,
      long seed) {
    Recipe base = base(task);
    Recipe recipe =
        new Recipe(
            base.model().inFloat32().kept(method.quantize()),
            base.method(),
            method.peft(),
            Optional.empty(),
            data,
            base.optim().atRate(rate),
            base.memory(),
            base.eval().atTheEnds(),
            AT_THE_END,
            Path.of(plan.runs()).resolve(name).toString(),
            seed);
    return new ClaimsRun(name, recipe);
  }

  private Recipe base(ClaimsPlan.Task task) {
    return bases.computeIfAbsent(task.recipe(), file -> Recipes.read(file, List.of()));
  }
}

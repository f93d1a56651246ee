package dev.luthier.recipe;

import dev.luthier.train.Every;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One training of a comparison.
 *
 * @param name for people
 * @param recipe its output is the directory of the run
 */
record ClaimsRun(String name, Recipe recipe) {
  private static final double SET_ASIDE = 0.1;
  private static final CheckpointSpec AT_THE_END = new CheckpointSpec(new Every.Never(), 1);

  Path directory() {
    return Path.of(recipe.output());
  }

  Optional<RunResult> result() {
    return RunResult.read(directory());
  }

  /** The runs that measure time and memory. */
  static List<ClaimsRun> costs(
      ClaimsPlan plan, List<ClaimsPlan.Task> tasks, List<ClaimsPlan.Method> methods) {
    return tasks.stream().flatMap(t -> methods.stream().map(m -> cost(plan, t, m))).toList();
  }

  /** The trainings with every seed. */
  static List<ClaimsRun> scores(
      ClaimsPlan plan, List<ClaimsPlan.Task> tasks, List<ClaimsPlan.Method> methods) {
    return tasks.stream()
        .flatMap(
            t -> methods.stream().flatMap(m -> plan.seeds().stream().map(s -> of(plan, t, m, s))))
        .toList();
  }

  private static ClaimsRun of(
      ClaimsPlan plan, ClaimsPlan.Task task, ClaimsPlan.Method method, long seed) {
    return of(
        plan,
        task,
        method,
        "%s/%s/seed-%d".formatted(task.name(), method.name(), seed),
        plan.rate(task, method),
        base(task).data(),
        seed);
  }

  /** A few steps that measure time and memory and nothing else. */
  static ClaimsRun cost(ClaimsPlan plan, ClaimsPlan.Task task, ClaimsPlan.Method method) {
    Recipe base = base(task);
    DataSpec data = base.data().holding(0);
    ClaimsRun run =
        of(
            plan,
            task,
            method,
            "%s/%s/cost".formatted(task.name(), method.name()),
            plan.rate(task, method),
            data,
            plan.seeds().get(0));
    return new ClaimsRun(run.name, run.recipe.with(run.recipe.optim().steps(plan.costSteps())));
  }

  /**
   * A training with another rate. It is measured on a tenth of the rows to learn from, set aside by
   * a seed of its own, so that the rows of the comparison choose nothing.
   */
  static ClaimsRun tuning(
      ClaimsPlan plan, ClaimsPlan.Task task, ClaimsPlan.Method method, double rate) {
    return of(
        plan,
        task,
        method,
        "tuning/%s/%s/%s".formatted(task.name(), method.name(), ClaimsPage.number(rate)),
        rate,
        base(task).data().holding(SET_ASIDE),
        1_000 + plan.seeds().get(0));
  }

  private static ClaimsRun of(
      ClaimsPlan plan,
      ClaimsPlan.Task task,
      ClaimsPlan.Method method,
      String name,
      double rate,
      DataSpec data,
      long seed) {
    Recipe base = base(task);
    Recipe recipe =
        new Recipe(
            base.model().inFloat32(),
            base.method(),
            method.peft(),
            data,
            base.optim().atRate(rate),
            base.eval().atTheEnds(),
            AT_THE_END,
            Path.of(plan.runs()).resolve(name).toString(),
            seed);
    return new ClaimsRun(name, recipe);
  }

  private static Recipe base(ClaimsPlan.Task task) {
    return Recipes.read(task.recipe(), List.of());
  }
}

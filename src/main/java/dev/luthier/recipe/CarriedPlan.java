package dev.luthier.recipe;

import dev.luthier.loss.Chunk;
import dev.luthier.plan.Plan;
import dev.luthier.tensor.Compute;
import java.util.List;
import java.util.function.Function;

/**
 * The numbers of a plan at a shape's own width and depth, carried over from plans of smaller models
 * of its proportions; bytes.
 */
record CarriedPlan(
    double process, double weights, double adapters, double optimizer, double step, double other) {

  /** The most that is in use at once, as {@link Plan#peak} has it. */
  double peak() {
    double update = Math.min(adapters, 3 * (4L << 20));
    return process + weights + 2 * adapters + optimizer + Math.max(Math.max(step, update), other);
  }

  /**
   * @param planners of the smaller models: for each width from the narrowest those of all depths
   */
  static CarriedPlan of(Outlook run, Recipe recipe, List<Planner<?, ?, ?>> planners) {
    List<Plan> plans =
        planners.stream()
            .map(p -> p.plan(recipe.with(recipe.model().at(p.recipe().model().path()))))
            .toList();
    Function<Function<Plan, Long>, Double> squared =
        n -> quadratic(run.shape(), deep(run, plans, n));
    Function<Function<Plan, Long>, Double> even = n -> linear(run.shape(), deep(run, plans, n));
    boolean gpu = run.gpu();
    double narrow = gpu ? 0.5 : 1; // activations of 16 bits
    double frozen = gpu && run.quantize().equals("none") ? 1.0 / 3 : 1; // 2 bytes, not 4 and 2
    boolean full = run.peft().equals("full"); // what counts as frozen are pages of files then
    return new CarriedPlan(
        gpu ? 0 : plans.get(0).fixed().process(),
        gpu && full ? 0 : frozen * squared.apply(p -> p.fixed().weights()),
        squared.apply(p -> p.fixed().adapters()),
        squared.apply(p -> p.fixed().optimizer()),
        head(run, plans.get(0).extent().targets())
            + even.apply(p -> p.step().logits())
            + narrow * even.apply(p -> p.step().activations() + p.step().backward()),
        Math.max(even.apply(Plan::evaluation), narrow * even.apply(Plan::cache)));
  }

  /** Scores of a chunk, four times over in float32 (docs/memory.md, "memory.chunk"). */
  private static double head(Outlook run, long targets) {
    long vocabulary = run.shape().vocabulary();
    long chunk = new Chunk.Auto().tokens(vocabulary, Compute.CPU) * (run.gpu() ? 4 : 1);
    return run.rows().kind() == Outlook.Kind.LABELLED
        ? 0
        : 16.0 * Math.min(targets, chunk) * vocabulary;
  }

  /** A number at the shape's depth, for each width. */
  private static double[] deep(Outlook run, List<Plan> plans, Function<Plan, Long> number) {
    double[] out = new double[Outlook.WIDTHS];
    int low = Outlook.DEPTHS.get(0);
    int high = Outlook.DEPTHS.get(1);
    for (int i = 0; i < out.length; i++) {
      double first = number.apply(plans.get(2 * i));
      double second = number.apply(plans.get(2 * i + 1));
      out[i] = first + (second - first) / (high - low) * (run.shape().layers() - low);
    }
    return out;
  }

  /** Through widths 1 and 3, at the shape's. */
  private static double linear(Shape shape, double[] wide) {
    return Math.max(0, wide[0] + (wide[2] - wide[0]) / 2 * (shape.units() - 1));
  }

  /** Through widths 1, 2 and 3 (Lagrange), at the shape's. */
  private static double quadratic(Shape shape, double[] wide) {
    double x = shape.units();
    double value =
        wide[0] * (x - 2) * (x - 3) / 2
            - wide[1] * (x - 1) * (x - 3)
            + wide[2] * (x - 1) * (x - 2) / 2;
    return Math.max(0, value);
  }
}

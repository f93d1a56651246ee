package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The recipe with the most rows at once that fit: as it is, else with every block run again in the
 * backward pass, else with frozen weights in four bits too.
 *
 * @param recipe with what was chosen written into it
 * @param why what was chosen, for people
 */
record Fitting(Recipe recipe, Plan plan, String why) {

  /**
   * Tries what costs least first.
   *
   * @throws UserError if nothing fits
   */
  static Fitting of(Recipe recipe, Memory limit, Function<Recipe, Plan> planner) {
    Plan asked = planner.apply(recipe);
    if (asked.peak() <= limit.bytes()) {
      return new Fitting(recipe, asked, "fits as it is");
    }
    Plan least = asked;
    for (Recipe way : ways(recipe)) {
      Plan one = planner.apply(atOnce(way, 1));
      if (one.peak() <= limit.bytes()) {
        return most(way, limit, planner, recipe, asked);
      }
      least = one.peak() < least.peak() ? one : least;
    }
    throw new UserError(
        "nothing fits in %s: with %s at once the run needs at least %s (weights %s, what trains %s, the longest row %s); shorten the rows, take a smaller model, or give it more"
            .formatted(
                limit,
                rows(atOnce(recipe, 1).optim().rowsAtOnce()),
                PlanText.size(least.peak()),
                PlanText.size(least.fixed().weights()),
                PlanText.size(
                    least.fixed().adapters()
                        + least.fixed().gradients()
                        + least.fixed().optimizer()),
                PlanText.size(least.step().total())));
  }

  /** The recipe, and what takes less memory in other ways than by fewer rows at once. */
  private static List<Recipe> ways(Recipe recipe) {
    List<Recipe> out = new ArrayList<>(List.of(recipe));
    Remedy.checkpointed(recipe).ifPresent(out::add);
    Remedy.quantised(out.get(out.size() - 1)).ifPresent(out::add);
    return out;
  }

  private static String rows(int count) {
    return count == 1 ? "one row" : count + " rows";
  }

  /** As it is where the method lets no step be cut. */
  private static Recipe atOnce(Recipe recipe, int rows) {
    try {
      return recipe.with(recipe.optim().atOnce(rows));
    } catch (UserError e) {
      return recipe;
    }
  }

  /** The most rows at once that fit in a way in which one row does. */
  private static Fitting most(
      Recipe way, Memory limit, Function<Recipe, Plan> planner, Recipe recipe, Plan asked) {
    int rows = atOnce(way, 1).optim().rowsAtOnce();
    int tooMany = way.optim().rowsAtOnce() + 1;
    while (tooMany - rows > 1) { // more rows never take less
      int middle = (rows + tooMany) / 2;
      Plan plan = planner.apply(way.with(way.optim().atOnce(middle)));
      if (plan.peak() <= limit.bytes()) {
        rows = middle;
      } else {
        tooMany = middle;
      }
    }
    Recipe fits = way.with(way.optim().atOnce(rows));
    List<String> chosen = new ArrayList<>();
    if (!fits.memory().equals(recipe.memory())) {
      chosen.add("memory.checkpoint blocks");
    }
    if (!fits.model().equals(recipe.model())) {
      chosen.add("model.quantize nf4");
    }
    chosen.add("optim.micro_batch " + rows);
    return new Fitting(
        fits,
        planner.apply(fits),
        "chose %s: as it is, the run takes %s"
            .formatted(String.join(", ", chosen), PlanText.size(asked.peak())));
  }
}

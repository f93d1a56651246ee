package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.plan.Plan;
import java.util.function.Function;

/**
 * The recipe with the most rows at once that fit.
 *
 * @param recipe with what was chosen written into it
 * @param why what was chosen, for people
 */
record Fitting(Recipe recipe, Plan plan, String why) {

  /**
   * Tries the recipe as it is, then fewer and fewer rows at once.
   *
   * @throws UserError if nothing fits
   */
  static Fitting of(Recipe recipe, Memory limit, Function<Recipe, Plan> planner) {
    Plan asked = planner.apply(recipe);
    if (asked.peak() <= limit.bytes()) {
      return new Fitting(recipe, asked, "fits as it is");
    }
    int tooMany = recipe.optim().rowsAtOnce();
    int rows = 0; // the most that are known to fit
    Plan least = asked;
    Fitting best = null;
    while (tooMany - rows > 1) { // more rows never take less
      int middle = rows == 0 ? Math.max(1, tooMany / 2) : (rows + tooMany) / 2;
      Recipe tried = recipe.with(recipe.optim().atOnce(middle));
      Plan plan = planner.apply(tried);
      if (plan.peak() <= limit.bytes()) {
        rows = middle;
        best =
            new Fitting(
                tried,
                plan,
                "chose optim.micro_batch %d: %d rows at once take %s"
                    .formatted(middle, recipe.optim().rowsAtOnce(), PlanText.size(asked.peak())));
      } else {
        tooMany = middle;
        least = plan.peak() < least.peak() ? plan : least;
      }
    }
    if (best == null) {
      throw new UserError(
          "nothing fits in %s: with one row at once the run needs %s (weights %s, what trains %s, the longest row %s); shorten the rows, take a smaller model, or give it more"
              .formatted(
                  limit,
                  PlanText.size(least.peak()),
                  PlanText.size(least.fixed().weights()),
                  PlanText.size(
                      least.fixed().adapters()
                          + least.fixed().gradients()
                          + least.fixed().optimizer()),
                  PlanText.size(least.step().total())));
    }
    return best;
  }
}

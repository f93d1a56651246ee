package dev.luthier.recipe;

import dev.luthier.plan.Plan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A change of a recipe that takes less memory.
 *
 * @param what to write into the recipe
 * @param price what it costs
 * @param change the recipe with it; empty where it changes nothing
 */
record Remedy(String what, String price, Function<Recipe, Optional<Recipe>> change) {
  /** A remedy and the plan that it leads to. */
  record Planned(Remedy remedy, Recipe recipe, Plan plan) {}

  /** All that a recipe can change, each by itself. */
  static List<Remedy> all(Recipe recipe) {
    List<Remedy> out = new ArrayList<>();
    for (int rows = recipe.optim().rowsAtOnce() / 2; rows >= 1; rows /= 2) {
      int at = rows;
      out.add(
          new Remedy(
              "optim.micro_batch: " + at,
              "the same steps, more slowly",
              r -> Optional.of(r.with(r.optim().atOnce(at)))));
    }
    out.add(
        new Remedy(
            "eval.generate: 0",
            "no answers are written in evaluations",
            r ->
                r.eval().generate() > 0
                    ? Optional.of(r.with(r.eval().without()))
                    : Optional.empty()));
    return out;
  }

  /** Those that help, by the bytes that they save, the most first. */
  static List<Planned> ranked(Recipe recipe, Plan plan, Function<Recipe, Plan> planner) {
    return all(recipe).stream()
        .flatMap(
            r -> r.change().apply(recipe).stream().map(c -> new Planned(r, c, planner.apply(c))))
        .filter(p -> p.plan().peak() < plan.peak())
        .sorted(Comparator.comparingLong(p -> p.plan().peak()))
        .toList();
  }

  /** For people: what to write, what it saves, and what it costs. */
  static String text(Planned p, Plan before) {
    return "  %-24s saves %s: %s at the peak (%s)"
        .formatted(
            p.remedy().what(),
            PlanText.size(before.peak() - p.plan().peak()),
            PlanText.size(p.plan().peak()),
            p.remedy().price());
  }
}

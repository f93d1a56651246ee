package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.peft.Full;
import dev.luthier.plan.Plan;
import dev.luthier.tensor.Checkpointing;
import dev.luthier.train.AdamW;
import dev.luthier.train.AdamW8bit;
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
    out.add(new Remedy("memory.checkpoint: blocks", "one more forward pass", Remedy::checkpointed));
    out.add(
        new Remedy(
            "model.quantize: nf4",
            "weights are rounded to 4 bits, and unpacked twice a step",
            Remedy::quantised));
    out.add(
        new Remedy(
            "optim.optimizer: adamw_8bit",
            "moments are rounded to 8 bits",
            r ->
                r.optim().optimizer() instanceof AdamW adam
                    ? Optional.of(r.with(r.optim().by(AdamW8bit.like(adam))))
                    : Optional.empty()));
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

  /** With every block run again in the backward pass. */
  static Optional<Recipe> checkpointed(Recipe recipe) {
    MemorySpec memory = recipe.memory();
    return memory.checkpoint() instanceof Checkpointing.None
        ? Optional.of(
            recipe.with(
                new MemorySpec(new Checkpointing.Blocks(), memory.offload(), memory.chunk())))
        : Optional.empty();
  }

  /** With frozen weights in four bits, where nothing keeps weights in few bits yet. */
  static Optional<Recipe> quantised(Recipe recipe) {
    return recipe.peft() instanceof Full || recipe.model().compute().packing().isPresent()
        ? Optional.empty()
        : Optional.of(recipe.with(recipe.model().kept(new Quantize.Nf4(64, true))));
  }

  /** Those that help, by the bytes that they save, the most first. */
  static List<Planned> ranked(Recipe recipe, Plan plan, Function<Recipe, Plan> planner) {
    return all(recipe).stream()
        .flatMap(r -> planned(r, recipe, planner).stream())
        .filter(p -> p.plan().peak() < plan.peak())
        .sorted(Comparator.comparingLong(p -> p.plan().peak()))
        .toList();
  }

  /** None where the recipe would be refused. */
  private static Optional<Planned> planned(
      Remedy remedy, Recipe recipe, Function<Recipe, Plan> planner) {
    try {
      return remedy
          .change()
          .apply(recipe)
          .map(changed -> new Planned(remedy, changed, planner.apply(changed)));
    } catch (UserError e) {
      return Optional.empty();
    }
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

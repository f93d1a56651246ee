package dev.luthier.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.TrainingRow;
import dev.luthier.io.RunDirectory;
import dev.luthier.model.Model;
import dev.luthier.plan.Plan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What memory a run will take, said before it begins.
 *
 * @param fit what it has to fit in
 */
public record Estimate(Recipe recipe, Optional<Memory> fit, PrintWriter out) {

  /**
   * Prints it. No weights are read, and nothing is written.
   *
   * @param json for programs
   * @throws dev.luthier.error.UserError if the recipe is wrong, or nothing fits
   */
  public void run(boolean json) {
    Training.planned(
        recipe,
        new Training.Planned() {
          @Override
          public <R extends TrainingRow, B, M extends Model> void with(Planner<R, B, M> planner) {
            print(planner, json);
          }
        });
    out.flush();
  }

  /** The recipe with what was chosen for the run that its output holds, if it holds one. */
  public static Recipe asBegun(Recipe recipe) {
    Path output = Path.of(recipe.output());
    if (!RunDirectory.isOne(output)) {
      return recipe; // refused by the run itself
    }
    Recipe begun = Recipes.read(output.resolve("recipe.yaml"), List.of());
    return chosen(recipe, begun);
  }

  /** A recipe with what was chosen for it in another. */
  private static Recipe chosen(Recipe recipe, Recipe in) {
    return recipe
        .with(recipe.optim().atOnce(in.optim().rowsAtOnce()))
        .with(in.memory())
        .with(recipe.model().kept(in.model().quantize()));
  }

  /** The recipe that fits; says why. */
  public Recipe fitted() {
    Recipe[] chosen = {recipe};
    Training.planned(
        recipe,
        new Training.Planned() {
          @Override
          public <R extends TrainingRow, B, M extends Model> void with(Planner<R, B, M> planner) {
            Fitting fitting = Fitting.of(planner.recipe(), fit.orElseThrow(), planner::plan);
            chosen[0] = chosen(recipe, fitting.recipe());
            out.println("%-11s%s".formatted("fit", fitting.why()));
          }
        });
    return chosen[0];
  }

  private void print(Planner<?, ?, ?> planner, boolean json) {
    Optional<Fitting> fitting =
        fit.map(limit -> Fitting.of(planner.recipe(), limit, planner::plan));
    Recipe chosen = fitting.map(Fitting::recipe).orElse(planner.recipe());
    Plan plan = fitting.map(Fitting::plan).orElseGet(planner::plan);
    List<Remedy.Planned> remedies = Remedy.ranked(chosen, plan, planner::plan);
    if (json) {
      out.println(json(plan, chosen, remedies));
      return;
    }
    out.println(PlanText.batch(plan));
    out.println(PlanText.table(plan));
    fitting.ifPresent(f -> out.println("fit          " + f.why()));
    if (!remedies.isEmpty()) {
      out.println("for less memory");
      remedies.forEach(r -> out.println(Remedy.text(r, plan)));
    }
  }

  private static String json(Plan plan, Recipe chosen, List<Remedy.Planned> remedies) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("bytes", plan.parts());
    all.put("when", plan.when());
    all.put("micro_batch", chosen.optim().rowsAtOnce());
    all.put("tokens", plan.extent().tokens());
    Map<String, Long> saves = new LinkedHashMap<>();
    remedies.forEach(r -> saves.put(r.remedy().what(), plan.peak() - r.plan().peak()));
    all.put("saves", saves);
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}

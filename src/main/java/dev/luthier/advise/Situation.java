package dev.luthier.advise;

import dev.luthier.error.Check;
import dev.luthier.recipe.Memory;
import dev.luthier.recipe.Shape;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * All that advice depends on.
 *
 * @param shape the model's sizes
 * @param model its folder, if there is one
 * @param tuned whether it follows instructions already
 * @param biases whether its linear maps have biases
 * @param data what there is to learn from
 * @param files where, as far as it is said
 * @param rows how many
 * @param length of the longest row in tokens
 * @param tasks that it has to do, each with an adaptation of its own where more than one
 * @param largest an adapter may be
 * @param hours that training may take
 * @param fit what the planner found
 * @param tight LoRA's planned peak as a share of the memory
 */
public record Situation(
    Shape shape,
    Optional<Path> model,
    boolean tuned,
    boolean biases,
    Machine machine,
    Set<Feedback> data,
    Map<Feedback, Path> files,
    long rows,
    int length,
    int tasks,
    Quality quality,
    Set<Wish> wishes,
    Optional<Memory> largest,
    OptionalDouble hours,
    Fit fit,
    double tight) {
  public Situation {
    data = Set.copyOf(data);
    files = Map.copyOf(files);
    wishes = Set.copyOf(wishes);
    Check.atLeast("--rows", 1, rows);
    Check.atLeast("--length", 8, length);
    Check.atLeast("--tasks", 1, tasks);
    hours.ifPresent(h -> Check.above("--hours", 0, h));
  }

  boolean has(Feedback kind) {
    return data.contains(kind);
  }

  boolean wants(Wish wish) {
    return wishes.contains(wish);
  }

  /** In billions. */
  double billions() {
    return shape.weights() / 1e9;
  }

  /** The same on a machine whose speed is known. */
  Situation timed() {
    return new Situation(
        shape,
        model,
        tuned,
        biases,
        machine.timed(),
        data,
        files,
        rows,
        length,
        tasks,
        quality,
        wishes,
        largest,
        hours,
        fit,
        tight);
  }

  /** The same with what the planner found. */
  Situation with(Fit found, double share) {
    return new Situation(
        shape, model, tuned, biases, machine, data, files, rows, length, tasks, quality, wishes,
        largest, hours, found, share);
  }
}

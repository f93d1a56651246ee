package dev.luthier.train;

import dev.luthier.loss.Loss;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Seed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;

/**
 * The one loop of every method: the parts of a step forward and backward, clip, step, tell.
 *
 * @param optim what moves the weights
 * @param schedule of the learning rate
 * @param clip largest norm of the gradient; 0 does not clip
 * @param seed of dropout: each part of each step has its own
 */
public record Loop(Optim optim, Schedule schedule, double clip, long seed) {
  /**
   * What a step did.
   *
   * @param done steps behind the run, this one included
   * @param loss the step's loss
   * @param terms the step's loss terms
   * @param gradientNorm before clipping
   * @param factor of the schedule
   * @param tokens through the model
   * @param seconds of wall clock
   */
  public record Report(
      long done,
      double loss,
      Map<String, Double> terms,
      double gradientNorm,
      double factor,
      long tokens,
      double seconds) {}

  /** Hears of every step, and says whether to go on. */
  public interface Listener {
    boolean goOnAfter(Report report);
  }

  /**
   * Trains from a step to the end, or until the listener has enough.
   *
   * @param from steps that lie behind
   * @return steps that lie behind now
   * @throws NonFinite naming step and rows; the weights are then those before the step
   */
  public <B> long run(Steps<B> steps, long from, Objective<B> objective, Listener listener) {
    for (long step = from; step < steps.total(); step++) {
      if (!listener.goOnAfter(step(steps, step, objective))) {
        return step + 1;
      }
    }
    return steps.total();
  }

  private <B> Report step(Steps<B> steps, long step, Objective<B> objective) {
    long start = System.nanoTime();
    List<Steps.Micro<B>> parts = steps.at(step);
    double denominator = parts.stream().mapToDouble(Steps.Micro::weight).sum();
    Map<String, Double> terms = new LinkedHashMap<>();
    double loss = 0;
    optim.zeroGradients();
    for (int i = 0; i < parts.size(); i++) {
      torch.manual_seed(Seed.of(seed, step, i));
      loss += backward(parts.get(i), denominator, objective, terms);
      if (!Double.isFinite(loss)) {
        throw new NonFinite(
            "the loss is %s at step %d in %s; the weights are those before the step (lower optim.lr, or look at these rows)"
                .formatted(loss, step + 1, parts.get(i).place()));
      }
    }
    double norm = clip > 0 ? optim.clip(clip) : optim.norm();
    if (!Double.isFinite(norm)) {
      throw new NonFinite(
          "the gradient is %s at step %d in %s; the weights are those before the step"
              .formatted(norm, step + 1, parts.get(0).place()));
    }
    double factor = schedule.factor(step, steps.total());
    optim.step(factor);
    long tokens = parts.stream().mapToLong(Steps.Micro::tokens).sum();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Report(step + 1, loss, terms, norm, factor, tokens, seconds);
  }

  private static <B> double backward(
      Steps.Micro<B> part, double denominator, Objective<B> objective, Map<String, Double> terms) {
    try (Scope scope = new Scope()) {
      Loss loss = objective.of(part.batch().get(), denominator);
      loss.total().backward();
      loss.terms().forEach(t -> terms.merge(t.name(), t.value().item_double(), Double::sum));
      return loss.total().item_double();
    }
  }
}

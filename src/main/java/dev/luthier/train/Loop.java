package dev.luthier.train;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.loss.Loss;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Seed;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The one loop of every method: the parts of a step forward and backward, clip, step, tell.
 *
 * @param optim what moves the weights
 * @param schedule of the learning rate
 * @param clip largest norm of the gradient; 0 does not clip
 * @param seed of dropout: each part of each step has its own
 * @param course what the method does beside gradient steps
 */
public record Loop(Optim optim, Schedule schedule, double clip, long seed, Course course) {
  private static final String COURSE = "course.";
  private static final String PENALTY = "penalty";

  /** A method that does nothing beside gradient steps. */
  public Loop(Optim optim, Schedule schedule, double clip, long seed) {
    this(optim, schedule, clip, seed, Course.NONE);
  }

  /** Hears of every step, and says whether to go on. */
  public interface Listener {
    boolean goOnAfter(StepReport report);
  }

  /**
   * Trains from a step to the end, or until the listener has enough.
   *
   * @param from steps that lie behind
   * @return steps that lie behind now
   * @throws NonFinite naming step and rows; the weights are then those before the step
   */
  public <B> long run(Steps<B> steps, long from, Objective<B> objective, Listener listener) {
    return run(steps, from, objective, listener, done -> {});
  }

  /**
   * The same.
   *
   * @param stuck hears after how many steps no batch can be had for the next one; the error goes on
   */
  <B> long run(
      Steps<B> steps, long from, Objective<B> objective, Listener listener, LongConsumer stuck) {
    for (long step = from; step < steps.total(); step++) {
      if (!listener.goOnAfter(step(steps, step, objective, stuck))) {
        return step + 1;
      }
    }
    return steps.total();
  }

  private static <B> List<Steps.Micro<B>> at(Steps<B> steps, long step, LongConsumer stuck) {
    try {
      return steps.at(step);
    } catch (UserError | UncheckedIOException e) {
      stuck.accept(step); // nothing has moved yet
      throw e;
    }
  }

  private <B> StepReport step(
      Steps<B> steps, long step, Objective<B> objective, LongConsumer stuck) {
    long start = System.nanoTime();
    List<Steps.Micro<B>> parts = at(steps, step, stuck);
    double denominator = parts.stream().mapToDouble(Steps.Micro::weight).sum();
    Map<String, Double> terms = new LinkedHashMap<>();
    double loss = 0;
    double norm;
    optim.zeroGradients();
    try (Scope scope = new Scope()) {
      List<Loss> losses = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        torch.manual_seed(Seed.of(seed, step, i));
        losses.add(backward(parts.get(i), denominator, objective));
      }
      Optional<Tensor> penalty = penalty();
      course.beforeStep(step, steps.total());
      norm = clip > 0 ? optim.clip(clip) : optim.norm(); // a GPU is waited for here, and only here
      for (int i = 0; i < parts.size(); i++) {
        losses.get(i).terms().forEach(t -> add(terms, t.name(), t.value()));
        loss += losses.get(i).total().item_double();
        if (!Double.isFinite(loss)) {
          throw new NonFinite(
              "the loss is %s at step %d in %s; the weights are those before the step (lower optim.lr, or look at these rows)"
                  .formatted(loss, step + 1, parts.get(i).place()));
        }
      }
      penalty.ifPresent(p -> add(terms, PENALTY, p));
      loss += terms.getOrDefault(PENALTY, 0.0);
    }
    if (!Double.isFinite(norm)) {
      throw new NonFinite(
          "the gradient is %s at step %d in %s; the weights are those before the step"
              .formatted(norm, step + 1, parts.get(0).place()));
    }
    terms.putAll(steps.terms(step));
    double factor = schedule.factor(step, steps.total());
    optim.step(factor);
    course.afterStep(step, steps.total());
    long tokens = parts.stream().mapToLong(Steps.Micro::tokens).sum();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new StepReport(step + 1, loss, terms, norm, factor, tokens, seconds);
  }

  private static void add(Map<String, Double> terms, String name, Tensor value) {
    terms.merge(name, value.item_double(), Double::sum);
  }

  /** What the method adds to the loss of a step, after its backward pass. */
  private Optional<Tensor> penalty() {
    try (Scope scope = new Scope()) {
      Tensor penalty = course.penalty();
      if (penalty == null) {
        return Optional.empty();
      }
      penalty.backward();
      return Optional.of(scope.hand(penalty.detach()));
    }
  }

  /** All that a checkpoint has to hold, by name; the tensors are the live ones. */
  Map<String, Tensor> state() {
    Map<String, Tensor> out = new LinkedHashMap<>(optim.state());
    course.state().forEach(p -> out.put(COURSE + p.name(), p.value()));
    return out;
  }

  /** Goes on from a saved state after so many steps. */
  void restore(Safetensors saved, long after) {
    Map<String, Tensor> own = new LinkedHashMap<>();
    saved.infos().keySet().stream()
        .filter(name -> !name.startsWith(COURSE))
        .forEach(name -> own.put(name, saved.tensor(name)));
    optim.restore(own, after);
    restoreCourse(saved);
  }

  /** Replaces the weights, and what the method keeps beside them, but no moments. */
  void weights(Safetensors saved) {
    optim.weights(saved.tensor("weights"));
    restoreCourse(saved);
  }

  private void restoreCourse(Safetensors saved) {
    try (AutoGradMode off = Ops.noGrad()) {
      course.state().forEach(p -> p.value().copy_(saved.tensor(COURSE + p.name())));
    }
  }

  /** Forward and back; the result has no graph. */
  private static <B> Loss backward(
      Steps.Micro<B> part, double denominator, Objective<B> objective) {
    try (Scope scope = new Scope()) {
      Loss loss = objective.of(part.batch().get(), denominator);
      loss.total().backward();
      return new Loss(
          scope.hand(loss.total().detach()),
          loss.terms().stream()
              .map(t -> new Loss.Term(t.name(), scope.hand(t.value().detach())))
              .toList());
    }
  }
}

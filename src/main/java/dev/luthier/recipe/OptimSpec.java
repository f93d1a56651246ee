package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.peft.Rate;
import dev.luthier.train.Optimizer;
import dev.luthier.train.Schedule;
import java.util.Optional;

/** How the weights move: how far, how often, and for how long. */
@Doc("How the weights move: how far, how often, and for how long")
public record OptimSpec(
    @Doc(
            value =
                "Peak learning rate; unset: what the method of `peft` usually works with on a model of"
                    + " this width, with this optimizer",
            elsewhere = {"learning_rate", "rate"})
        Optional<Double> lr,
    @Doc(
            value = "Rows per optimiser step",
            elsewhere = {"batch_size", "global_batch_size", "train_batch_size"})
        @Default("16")
        int batch,
    @Doc(
            value =
                "Rows that pass through the model at once, for less memory; the step is the same;"
                    + " unset: `batch`",
            elsewhere = {"per_device_train_batch_size", "micro_batch_size"})
        Optional<Integer> microBatch,
    @Doc(
            value = "Passes over the data; unset: 3, or no limit where `max_steps` is set",
            elsewhere = {"num_train_epochs", "num_epochs"})
        Optional<Double> epochs,
    @Doc("Optimiser steps after which the run ends, if `epochs` has not ended it before")
        Optional<Long> maxSteps,
    @Doc(
            value = "Largest norm of the gradient of all weights together; 0 does not clip",
            elsewhere = {"max_grad_norm", "clip_grad_norm", "gradient_clipping"})
        @Default("1")
        double clip,
    @Doc(
            value = "How the learning rate moves over the run",
            elsewhere = {"lr_scheduler", "lr_scheduler_type"})
        @Default("cosine")
        Schedule schedule,
    @Doc(
            value = "What moves the weights by their gradients, and its own settings",
            elsewhere = {"optim", "optimiser"})
        @Default("adamw")
        Optimizer optimizer) {
  public OptimSpec {
    lr.ifPresent(v -> Check.above("optim.lr", 0, v));
    if (lr.isPresent() && optimizer.findsItsRate()) {
      throw new UserError(
          "optim.lr is set, but the optimizer finds its rate; leave one of them out");
    }
    Check.atLeast("optim.batch", 1, batch);
    int micro = microBatch.orElse(batch);
    Check.atLeast("optim.micro_batch", 1, micro);
    if (micro > batch) {
      throw new UserError(
          "optim.micro_batch must be at most optim.batch (%d), was %d".formatted(batch, micro));
    }
    microBatch = Optional.of(micro);
    epochs.ifPresent(v -> Check.above("optim.epochs", 0, v));
    maxSteps.ifPresent(v -> Check.atLeast("optim.max_steps", 1, v));
    Check.atLeast("optim.clip", 0.0, clip);
    if (epochs.isEmpty() && maxSteps.isEmpty()) {
      epochs = Optional.of(3.0);
    }
  }

  /**
   * The same with the rate that is used where the recipe sets none.
   *
   * @param usual with Adam
   */
  OptimSpec withRate(double usual) {
    double by = optimizer.rateBesideAdam();
    double rate = by == 1 ? usual : Rate.rounded(usual * by);
    return optimizer.findsItsRate() ? this : atRate(lr.orElse(rate));
  }

  /** The same at another rate. */
  OptimSpec atRate(double rate) {
    return new OptimSpec(
        Optional.of(rate), batch, microBatch, epochs, maxSteps, clip, schedule, optimizer);
  }

  /** The same for so many steps. */
  OptimSpec steps(long total) {
    return new OptimSpec(
        lr, batch, microBatch, Optional.empty(), Optional.of(total), clip, schedule, optimizer);
  }

  /** The same with another optimizer. */
  OptimSpec by(Optimizer other) {
    return new OptimSpec(lr, batch, microBatch, epochs, maxSteps, clip, schedule, other);
  }

  /** The same with so many rows at once. */
  OptimSpec atOnce(int rows) {
    return new OptimSpec(lr, batch, Optional.of(rows), epochs, maxSteps, clip, schedule, optimizer);
  }

  /** The peak learning rate; set when the model is known. 1 where the optimizer finds its own. */
  public double rate() {
    return optimizer.findsItsRate() ? 1 : lr.orElseThrow();
  }

  /** Rows that pass through the model at once. */
  public int rowsAtOnce() {
    return microBatch.orElse(batch);
  }
}

package dev.luthier.train;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Adafactor: Shazeer and Stern 2018 (arXiv 1804.04235), algorithms 4 to 6, equal to transformers'
 * Adafactor. Of a matrix's mean squares only the sums of rows and columns are kept; the arithmetic
 * is in {@link FactoredMoments}.
 *
 * <p>As in transformers, and unlike the paper, rate and size of the weights are off until they are
 * asked for: the run's rate and schedule say how far a step goes.
 */
@Doc("Adafactor: mean squares by rows and columns (arXiv 1804.04235)")
public record Adafactor(
    @Doc("Decay of the weights per step, times the rate; never on norms and biases") @Default("0")
        double weightDecay,
    @Doc("Added to the square of the gradient; least size of the weights with `scale_parameter`")
        @Default("[1e-30, 1e-3]")
        List<Double> eps,
    @Doc("The root mean square of a parameter's step, before the rate, that is scaled down to")
        @Default("1")
        double clipThreshold,
    @Doc("The mean squares of step t decay by 1 - t to this power") @Default("-0.8")
        double decayRate,
    @Doc(
            value = "Decay of the running mean of the steps; unset: none is kept",
            elsewhere = {"adam_beta1"})
        Optional<Double> beta1,
    @Doc("Whether the rate is times the root mean square of the parameter") @Default("false")
        boolean scaleParameter,
    @Doc(
            "Whether the rate is the least of 0.01 and 1 / sqrt(step), times the schedule's factor;"
                + " `optim.lr` is not set then")
        @Default("false")
        boolean relativeStep,
    @Doc("Parameters with a rate or a decay of their own; the first match counts") @Default("[]")
        List<GroupSpec> groups)
    implements Optimizer {
  public Adafactor {
    Check.atLeast("adafactor.weight_decay", 0.0, weightDecay);
    if (eps.size() != 2) {
      throw new UserError("adafactor.eps must be two numbers, was " + eps);
    }
    eps.forEach(e -> Check.atLeast("adafactor.eps", 0.0, e));
    Check.above("adafactor.clip_threshold", 0, clipThreshold);
    Check.within("adafactor.decay_rate", -1, 0, decayRate);
    beta1.ifPresent(b -> Check.below("adafactor.beta1", 0, 1, b));
    if (relativeStep && groups.stream().anyMatch(g -> g.lr().isPresent())) {
      throw new UserError(
          "adafactor.groups.lr cannot be set with adafactor.relative_step, which finds the rate");
    }
  }

  /** transformers' Trainer gives it the rates of AdamW; clipped steps are as long as Adam's. */
  @Override
  public double rateBesideAdam() {
    return 1;
  }

  @Override
  public boolean findsItsRate() {
    return relativeStep;
  }

  @Override
  public double rate(double lr, long step) {
    return relativeStep ? lr * Math.min(1e-2, 1 / Math.sqrt(step)) : lr; // algorithm 5
  }

  @Override
  public Moments begin(List<Optim.Group> groups, Compute compute, Path folder) {
    return new FactoredMoments(this, groups, compute);
  }

  @Override
  public long stateBytes(List<long[]> shapes) {
    long kept = shapes.stream().mapToLong(s -> rows(s) + columns(s) + squares(s)).sum();
    return Float.BYTES * (kept + (beta1.isPresent() ? Optimizer.count(shapes) : 0));
  }

  /** Sums of rows: one for each place in all dimensions but the last. */
  static long rows(long[] shape) {
    return factored(shape) ? Ops.count(shape) / Math.max(1, shape[shape.length - 1]) : 0;
  }

  /** Sums of columns: one for each place in all dimensions but the last but one. */
  static long columns(long[] shape) {
    return factored(shape) ? Ops.count(shape) / Math.max(1, shape[shape.length - 2]) : 0;
  }

  /** Vectors keep a square for each weight. */
  static long squares(long[] shape) {
    return factored(shape) ? 0 : Ops.count(shape);
  }

  /** (B, n, m) of a matrix or a stack of them, (n) of a vector. */
  static long[] stack(long[] shape) {
    int n = shape.length;
    return factored(shape)
        ? new long[] {rows(shape) / shape[n - 2], shape[n - 2], shape[n - 1]}
        : new long[] {Ops.count(shape)};
  }

  static boolean factored(long[] shape) {
    return shape.length >= 2;
  }
}

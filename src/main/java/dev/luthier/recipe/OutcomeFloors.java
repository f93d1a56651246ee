package dev.luthier.recipe;

import dev.luthier.loss.Multiplier;
import dev.luthier.loss.Outcome;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;

/** The multipliers of the metrics' floors, which move after every step. Letters: M metrics. */
final class OutcomeFloors implements Course {
  private final List<Outcome> outcomes;
  private final double rate;
  private final Parameter multipliers; // (M) lambda
  private final double[] sums; // (M) expected directed outcomes of the step's pairs so far
  private double pairs; // how many there were

  /**
   * @param rate of one step
   */
  OutcomeFloors(List<Outcome> outcomes, double rate) {
    this.outcomes = outcomes;
    this.rate = rate;
    this.sums = new double[outcomes.size()];
    try (Scope scope = new Scope()) {
      multipliers = new Parameter("multipliers", Ops.floats(new float[sums.length], Compute.CPU));
    }
  }

  /** Whether there are any. */
  boolean any() {
    return outcomes.stream().anyMatch(o -> o.floor().isPresent());
  }

  /** (M) lambda, 0 for metrics without a floor. */
  float[] values() {
    return Ops.toFloats(multipliers.value());
  }

  /**
   * Hears of a part of a step.
   *
   * @param expected (M) the directed outcomes that the policy's choices have, added up
   */
  void saw(double[] expected, int ofPairs) {
    for (int m = 0; m < sums.length; m++) {
      sums[m] += expected[m];
    }
    pairs += ofPairs;
  }

  /** Forgets what it saw since the last step. */
  void forget() {
    Arrays.fill(sums, 0);
    pairs = 0;
  }

  /** lambda := max(0, lambda + rate (floor - E[o])) */
  @Override
  public void afterStep(long step, long total) {
    if (pairs == 0) {
      return;
    }
    float[] lambda = values();
    for (int m = 0; m < lambda.length; m++) {
      double mean = sums[m] / pairs;
      float now = lambda[m];
      lambda[m] =
          outcomes
              .get(m)
              .directedFloor()
              .map(floor -> (float) new Multiplier(floor, rate, now).after(mean).value())
              .orElse(0f);
    }
    forget();
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      multipliers.value().copy_(Ops.floats(lambda, Compute.CPU));
    }
  }

  @Override
  public List<Parameter> state() {
    return any() ? List.of(multipliers) : List.of();
  }
}

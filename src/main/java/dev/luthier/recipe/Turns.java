package dev.luthier.recipe;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * Which rollout a step learns from. A rollout ends after all its steps, or where the policy has
 * moved too far from the one that wrote it; so the place is in the checkpoint.
 */
final class Turns implements Course {
  private final Updates updates;
  private final Behind behind;
  private final Parameter place; // (2) int64: the rollout, and the step that it began with
  private double moved;

  Turns(AnswersSpec spec) {
    this.updates = spec.updates();
    this.behind = new Behind(spec.rollout().behind());
    try (Scope scope = new Scope()) {
      place = new Parameter("rollout", Ops.longs(new long[2], Compute.CPU));
    }
  }

  /** Counted from 0. */
  long rollout() {
    return Ops.toLongs(place.value())[0];
  }

  /** The first step of the rollout. */
  long began() {
    return Ops.toLongs(place.value())[1];
  }

  /** The first step that the next rollout may begin with. */
  long earliest() {
    return began() + (watches() ? 1 : updates.steps());
  }

  /** How far the policy is from who wrote the answers. */
  Behind behind() {
    return behind;
  }

  /** Called before the parts of a step. */
  void begin() {
    moved = 0;
  }

  /** Whether anybody asks how far a step has moved. */
  boolean watches() {
    return updates.stopAtKl().isPresent();
  }

  /**
   * Called with what each part of a step says of the KL from the policy that wrote the answers; the
   * parts add up.
   */
  void moved(double kl) {
    moved += kl;
  }

  /** Whether the step has moved so far that the rollout ends with it. */
  boolean tooFar() {
    return updates.stopAtKl().filter(most -> moved > most).isPresent();
  }

  /** Whether the rollout ends with this step. */
  boolean ends(long step) {
    return step + 1 - began() >= updates.steps() || tooFar();
  }

  @Override
  public void afterStep(long step, long total) {
    if (ends(step)) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        place.value().copy_(Ops.longs(new long[] {rollout() + 1, step + 1}, Compute.CPU));
      }
    }
  }

  @Override
  public List<Parameter> state() {
    return List.of(place);
  }
}

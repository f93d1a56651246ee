package dev.luthier.recipe;

import dev.luthier.loss.KlPenalty;
import dev.luthier.loss.Segments;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * What rewards pay for the distance from the reference, where it is paid there. The price of the
 * next rollout follows from the distance of this one, and is in the checkpoint.
 */
final class KlPrice {
  private final KlPenalty penalty;
  private final Parameter beta; // (1)
  private double far;
  private double answers;

  KlPrice(KlPenalty penalty) {
    this.penalty = penalty;
    double start = penalty instanceof KlPenalty.InReward paying ? paying.control().start() : 0;
    try (Scope scope = new Scope()) {
      beta = new Parameter("kl_beta", Ops.floats(new float[] {(float) start}, Compute.CPU));
    }
  }

  private float beta() {
    return Ops.toFloats(beta.value())[0];
  }

  /**
   * Rewards less the price, (N).
   *
   * @param rewards (N)
   */
  Tensor paid(Rollout rollout, Tensor rewards) {
    if (!(penalty instanceof KlPenalty.InReward paying)) {
      return rewards;
    }
    int[] starts = rollout.starts();
    float[] written = new float[starts[starts.length - 1]];
    long[] lengths = new long[rollout.answers().size()];
    for (int i = 0; i < lengths.length; i++) {
      float[] own = rollout.answers().get(i).logProbs();
      System.arraycopy(own, 0, written, starts[i], own.length);
      lengths[i] = own.length;
    }
    Segments of = Segments.ofLengths(Compute.CPU, lengths);
    Tensor policy = Ops.floats(written, Compute.CPU); // (M)
    Tensor reference = Ops.floats(rollout.reference(), Compute.CPU); // (M)
    far = of.sums(paying.estimator().of(policy, reference)).mean().item_double();
    answers = lengths.length;
    return paying.ofAnswers(rewards, policy, reference, of, beta());
  }

  /**
   * @param steps of a rollout
   */
  Course course(int steps) {
    if (!(penalty instanceof KlPenalty.InReward paying)) {
      return Course.NONE;
    }
    return new Course() {
      @Override
      public void afterStep(long step, long total) {
        if ((step + 1) % steps == 0) {
          double next = paying.control().after(beta(), far, answers);
          try (Scope scope = new Scope();
              AutoGradMode off = Ops.noGrad()) {
            beta.value().copy_(Ops.floats(new float[] {(float) next}, Compute.CPU));
          }
        }
      }

      @Override
      public List<Parameter> state() {
        return List.of(beta);
      }
    };
  }
}

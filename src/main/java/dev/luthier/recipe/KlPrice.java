package dev.luthier.recipe;

import dev.luthier.loss.KlPenalty;
import dev.luthier.loss.Segments;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.Map;
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
   * Rewards of answers less the price, (N).
   *
   * @param rewards (N)
   */
  Tensor ofAnswers(Rollout rollout, Tensor rewards) {
    return penalty instanceof KlPenalty.InReward paying
        ? measured(rollout, paying)
            .map((policy, held, of) -> paying.ofAnswers(rewards, policy, held, of, beta()))
        : rewards;
  }

  /**
   * Rewards of tokens, (M): the answer's at its last one, less the price of each.
   *
   * @param rewards (N)
   */
  Tensor ofTokens(Rollout rollout, Tensor rewards) {
    Segments of = rollout.segments();
    return penalty instanceof KlPenalty.InReward paying
        ? measured(rollout, paying)
            .map((policy, held, owner) -> paying.rewards(rewards, policy, held, owner, beta()))
        : rewards.new_zeros(of.owner().size(0)).index_add(0, of.ends(), rewards);
  }

  /** What a price is computed from. */
  private interface Priced {
    Tensor of(Tensor policy, Tensor reference, Segments answers); // (M), (M)
  }

  private record Measured(Tensor policy, Tensor reference, Segments answers) {
    Tensor map(Priced by) {
      return by.of(policy, reference, answers);
    }
  }

  /** Log-probabilities of all tokens, whose distance is noted. */
  private Measured measured(Rollout rollout, KlPenalty.InReward paying) {
    Segments of = rollout.segments();
    Tensor policy = Ops.floats(rollout.written(), Compute.CPU); // (M)
    Tensor reference = Ops.floats(rollout.reference(), Compute.CPU); // (M)
    far = of.sums(paying.estimator().of(policy, reference)).mean().item_double();
    answers = of.count();
    return new Measured(policy, reference, of);
  }

  /** What is logged of a rollout: the price, and the distance of whole answers, in the mean. */
  Map<String, Double> terms() {
    return penalty instanceof KlPenalty.InReward
        ? Map.of("kl_beta", (double) beta(), "answer_kl", far)
        : Map.of();
  }

  /**
   * @param turns which say whether a rollout ends
   */
  Course course(Turns turns) {
    if (!(penalty instanceof KlPenalty.InReward paying)) {
      return Course.NONE;
    }
    return new Course() {
      @Override
      public void afterStep(long step, long total) {
        if (turns.ends(step)) {
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

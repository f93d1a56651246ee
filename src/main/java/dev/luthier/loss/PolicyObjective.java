package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * A policy loss with what stands beside it:
 *
 * <pre>
 * L = aggregate(weight_t l_t + beta kl_t) - entropy_coef 1/M sum_t H_t
 * </pre>
 *
 * The weights are those of {@link SamplingCorrection}; the KL is not weighted by them, as in TRL.
 */
@Doc("A policy loss with its KL penalty and entropy bonus (docs/rl.md)")
public record PolicyObjective(
    @Doc("What sampled answers teach") @Default("grpo") PolicyLoss loss,
    @Doc("Where the distance from the reference is paid for") @Default("none") KlPenalty kl,
    @Doc("What a nat of entropy is worth") @Default("0") double entropyCoef) {
  /** How far a step has gone from the policy that it starts from: {@link KlEstimator#K3}. */
  public static final String OLD_KL = "old_kl";

  public PolicyObjective {
    Check.atLeast("entropy_coef", 0.0, entropyCoef);
  }

  /** Without a bonus for entropy. */
  public PolicyObjective(PolicyLoss loss, KlPenalty kl) {
    this(loss, kl, 0);
  }

  /**
   * The loss of a step's part.
   *
   * @param advantages (M) without gradient
   * @param step over all its micro-batches
   */
  public Loss of(TokenLogps tokens, Tensor advantages, StepSize step) {
    return of(tokens, advantages, step, step);
  }

  /**
   * The same where answers without an advantage are left out, which have no gradient.
   *
   * @param step with those that are left out
   * @param read without them, for what is measured
   */
  public Loss of(TokenLogps tokens, Tensor advantages, StepSize step, StepSize read) {
    Tensor each = loss.each(tokens, advantages); // (M)
    Tensor weights = tokens.weights();
    if (weights != null) {
      if (!loss.takesCorrection()) {
        throw new UserError(
            "this loss weighs whole answers against their sampler by itself: leave"
                + " sampling_correction out");
      }
      each = each.mul(weights);
    }
    Tensor paid = kl.added(each, tokens, loss.importanceSamplingLevel()); // (M)
    Tensor total = loss.aggregation().of(paid, tokens.answers(), step);
    if (entropyCoef > 0) {
      total = total.sub(mean(entropy(tokens), tokens, step).mul(Ops.scalar(entropyCoef)));
    }
    return new Loss(total, terms(tokens, advantages, read));
  }

  /** The loss's own, then the mean ratio, and distances from the old policy and the reference. */
  private List<Loss.Term> terms(TokenLogps tokens, Tensor advantages, StepSize step) {
    try (AutoGradMode off = Ops.noGrad()) {
      List<Loss.Term> terms = new ArrayList<>(loss.terms(tokens, advantages, step));
      RatioLevel level = loss.importanceSamplingLevel();
      Tensor ratio = level.share().of(level.ratios(tokens), tokens.answers(), step);
      terms.add(new Loss.Term("ratio", ratio));
      Tensor moved = KlEstimator.K3.of(tokens.old(), tokens.policy()); // (M)
      terms.add(new Loss.Term(OLD_KL, mean(moved, tokens, step)));
      Tensor reference = tokens.reference();
      if (reference != null) {
        Tensor far = kl.estimator().of(tokens.policy(), reference); // (M)
        terms.add(new Loss.Term("kl", mean(far, tokens, step)));
      }
      Tensor entropy = tokens.entropy();
      if (entropy != null) {
        terms.add(new Loss.Term("entropy", mean(entropy, tokens, step)));
      }
      return terms;
    }
  }

  private static Tensor mean(Tensor each, TokenLogps tokens, StepSize step) {
    return Aggregation.TOKENS.of(each, tokens.answers(), step);
  }

  private static Tensor entropy(TokenLogps tokens) {
    Tensor entropy = tokens.entropy();
    if (entropy == null) {
      throw new IllegalStateException("an entropy bonus needs entropies, and got none");
    }
    return entropy;
  }
}

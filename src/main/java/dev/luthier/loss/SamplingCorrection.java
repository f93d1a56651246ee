package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Importance weights for answers that something else wrote than the policy as it is trained:
 * another engine, other kernels, weights of a step before, a distribution cut by top-p (Yao et al.
 * 2025, Your Efficient RL Framework Secretly Brings You Off-Policy RL Training). With mu the
 * sampler:
 *
 * <pre>
 * weight = pi_old / mu, truncated at the cap or 0 beyond it
 * </pre>
 *
 * of tokens, or of whole answers as the product over their tokens. A sampler that is the policy
 * itself has weights of 1. Equal to TRL's vllm_importance_sampling_mode, whose default this is.
 */
@Doc("Weights for answers of a sampler that is not quite the policy")
public record SamplingCorrection(
    @Doc("Weights of single tokens, or of whole answers") @Default("sequence") Level level,
    @Doc("What happens beyond the cap") @Default("mask") Beyond beyond,
    @Doc(
            value = "The most that a weight may be",
            elsewhere = {"vllm_importance_sampling_cap", "tis_imp_ratio_cap"})
        @Default("3")
        double cap) {
  /** All at its default. */
  public static final SamplingCorrection USUAL =
      new SamplingCorrection(Level.SEQUENCE, Beyond.MASK, 3);

  public SamplingCorrection {
    Check.above("sampling_correction.cap", 0, cap);
  }

  /** What has a weight. */
  public enum Level {
    /** Each token by itself. */
    TOKEN {
      @Override
      Tensor of(Tensor logRatios, Segments answers) {
        return logRatios;
      }
    },
    /** Whole answers, by the product over their tokens. */
    SEQUENCE {
      @Override
      Tensor of(Tensor logRatios, Segments answers) {
        return answers.spread(answers.sums(logRatios));
      }
    };

    abstract Tensor of(Tensor logRatios, Segments answers);
  }

  /** What becomes of weights beyond the cap. */
  public enum Beyond {
    /** They are the cap. */
    TRUNCATE {
      @Override
      Tensor of(Tensor weights, double cap) {
        return weights.clamp_max(Ops.scalar(cap));
      }
    },
    /** They are 0: such tokens or answers teach nothing. */
    MASK {
      @Override
      Tensor of(Tensor weights, double cap) {
        return weights.masked_fill(weights.gt(Ops.scalar(cap)), Ops.scalar(0));
      }
    };

    abstract Tensor of(Tensor weights, double cap);
  }

  /**
   * (M) what each token's policy term is multiplied with.
   *
   * @param old (M) by the policy that the step starts from
   * @param sampler (M) by what wrote the answers
   */
  public Tensor weights(Tensor old, Tensor sampler, Segments answers) {
    return beyond.of(raw(old, sampler, answers), cap);
  }

  /** The mean weight before the cap, the share beyond it, and how far the sampler is. */
  public List<Loss.Term> terms(Tensor old, Tensor sampler, Segments answers, StepSize step) {
    Tensor weights = raw(old, sampler, answers); // (M)
    Tensor cut = weights.gt(Ops.scalar(cap)).to(weights.scalar_type()); // (M)
    Tensor kl = KlEstimator.K3.of(sampler.detach(), old.detach()); // (M)
    return List.of(
        new Loss.Term("sampling_weight", Aggregation.TOKENS.of(weights, answers, step)),
        new Loss.Term("sampling_beyond", Aggregation.TOKENS.of(cut, answers, step)),
        new Loss.Term("sampling_kl", Aggregation.TOKENS.of(kl, answers, step)));
  }

  private Tensor raw(Tensor old, Tensor sampler, Segments answers) {
    Tensor logs = level.of(old.detach().sub(sampler.detach()), answers); // (M)
    return logs.clamp_max(Ops.scalar(Divergence.LARGEST)).exp();
  }
}

package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Direct Preference Optimization (Rafailov et al. 2023, https://arxiv.org/abs/2305.18290):
 *
 * <pre>
 * r(y) = beta log(pi(y | x) / pi_ref(y | x))                                         (5)
 * L = -log sigmoid(r(y_w) - r(y_l))                                                  (7)
 * </pre>
 *
 * With label smoothing epsilon it is cDPO (Mitchell 2023, "A note on DPO with noisy preferences"),
 * (1 - epsilon) L(u) + epsilon L(-u); with another divergence f-DPO; per token the
 * length-normalised DPO of Lambert et al. 2024 (Tulu 3, https://arxiv.org/abs/2411.15124). Equal to
 * TRL's sigmoid and sigmoid_norm, which know no smoothing.
 */
@Doc(
    value = "Direct Preference Optimization (arXiv 2305.18290)",
    elsewhere = {"sigmoid", "sigmoid_norm", "cdpo"})
public record Dpo(
    @Doc("How dear it is to leave the reference; the reward's unit") @Default("0.1") double beta,
    @Doc("The share of pairs that are labelled the wrong way round (cDPO)") @Default("0")
        double labelSmoothing,
    @Doc(
            value = "The divergence that holds the policy to the reference",
            elsewhere = {"f_divergence_type"})
        @Default("reverse_kl")
        Divergence divergence,
    @Doc("Log-ratios of whole answers, or per token (length-normalised DPO)") @Default("answer")
        Per per)
    implements MarginLoss {
  public Dpo {
    Check.above("dpo.beta", 0, beta);
    Check.below("dpo.label_smoothing", 0, 0.5, labelSmoothing);
  }

  /** As in the paper. */
  public Dpo(double beta) {
    this(beta, 0);
  }

  /** Of whole answers against the reverse KL divergence. */
  Dpo(double beta, double labelSmoothing) {
    this(beta, labelSmoothing, new Divergence.ReverseKl(), Per.ANSWER);
  }

  @Override
  public Tensor reward(Logps answers) {
    Tensor scores = divergence.derivative(answers.ratios());
    return per.of(scores, answers).mul(Ops.scalar(beta)); // (5)
  }

  @Override
  public Tensor at(Tensor u) {
    Tensor won = torch.log_sigmoid(u).neg(); // (7)
    if (labelSmoothing == 0) {
      return won;
    }
    Tensor lost = torch.log_sigmoid(u.neg()).neg();
    return won.mul(Ops.scalar(1 - labelSmoothing)).add(lost.mul(Ops.scalar(labelSmoothing)));
  }
}

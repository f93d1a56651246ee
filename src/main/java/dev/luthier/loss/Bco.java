package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Binary Classifier Optimization (Jung et al. 2024, https://arxiv.org/abs/2404.04656) of answers
 * without a pair: a classifier of good and bad answers whose logit is the reward over a shift,
 *
 * <pre>
 * L = -log sigmoid(beta (h - h_0))   for a good answer
 * L = -log sigmoid(beta (h_0 - h))   for a bad one
 * </pre>
 *
 * The paper's shift is delta = beta h_0, the mean over time of the rewards of both kinds: see
 * {@link RunningMean}. The paper's weights for prompts that differ between the kinds are not here.
 */
@Doc("Binary Classifier Optimization: answers said to be good or bad (arXiv 2404.04656)")
public record Bco(
    @Doc("How dear it is to leave the reference") @Default("0.1") double beta,
    @Doc("What a good answer counts") @Default("1") double desirableWeight,
    @Doc("What a bad answer counts") @Default("1") double undesirableWeight)
    implements LabelledLoss {
  public Bco {
    Check.above("bco.beta", 0, beta);
    Check.above("bco.desirable_weight", 0, desirableWeight);
    Check.above("bco.undesirable_weight", 0, undesirableWeight);
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor at(Tensor u) {
    return torch.log_sigmoid(u).neg();
  }
}

package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Binary Classifier Optimization (Jung et al. 2024, https://arxiv.org/abs/2404.04656) on pairs,
 * with the shift delta at 0: an answer is a good one or a bad one,
 *
 * <pre>
 * L = -log sigmoid(r(y_w)) - log sigmoid(-r(y_l)),  r = beta h
 * </pre>
 *
 * an upper bound of DPO's loss. Equal to TRL's bco_pair. {@link Bco} has answers without a pair.
 */
@Doc("Binary Classifier Optimization of pairs, without a shift (arXiv 2404.04656)")
public record BcoPair(@Doc("How dear it is to leave the reference") @Default("0.1") double beta)
    implements OrderLoss {
  public BcoPair {
    Check.above("bco_pair.beta", 0, beta);
  }

  @Override
  public String name() {
    return "bco_pair";
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor of(PairLogps pairs) {
    Tensor chosen = reward(pairs.chosen()); // (P)
    Tensor rejected = reward(pairs.rejected()); // (P)
    return torch.log_sigmoid(chosen).add(torch.log_sigmoid(rejected.neg())).neg();
  }
}

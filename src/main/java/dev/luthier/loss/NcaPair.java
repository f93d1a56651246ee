package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Noise Contrastive Alignment for pairs (Chen et al. 2024, https://arxiv.org/abs/2402.05369):
 *
 * <pre>
 * L = -log sigmoid(r(y_w)) - 1/2 log sigmoid(-r(y_w)) - 1/2 log sigmoid(-r(y_l)),  r = beta h
 * </pre>
 *
 * The absolute likelihood of each answer counts, so that the chosen one does not sink with the
 * rejected one. Equal to TRL's nca_pair.
 */
@Doc("Noise Contrastive Alignment: each answer against noise (arXiv 2402.05369)")
public record NcaPair(@Doc("How dear it is to leave the reference") @Default("0.1") double beta)
    implements OrderLoss {
  public NcaPair {
    Check.above("nca_pair.beta", 0, beta);
  }

  @Override
  public String name() {
    return "nca_pair";
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor of(PairLogps pairs) {
    Tensor chosen = reward(pairs.chosen()); // (P)
    Tensor rejected = reward(pairs.rejected()); // (P)
    Tensor both = torch.log_sigmoid(chosen.neg()).add(torch.log_sigmoid(rejected.neg()));
    return torch.log_sigmoid(chosen).neg().sub(both.mul(Ops.scalar(0.5)));
  }
}

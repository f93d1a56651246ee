package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * The hinge loss of SLiC-HF (Zhao et al. 2023, https://arxiv.org/abs/2305.10425, eq. 1) on
 * log-ratios, as Liu et al. 2023 (RSO, https://arxiv.org/abs/2309.06657) have it:
 *
 * <pre>
 * L = max(0, 1 - u),  u = beta (h(y_w) - h(y_l))
 * </pre>
 *
 * A pair that is won by more than 1 teaches nothing. Equal to TRL's hinge.
 */
@Doc(
    value = "The hinge of SLiC (arXiv 2305.10425, 2309.06657)",
    elsewhere = {"slic"})
public record Hinge(
    @Doc("Log-ratios count beta; a pair is won from a margin of 1 / beta on") @Default("0.1")
        double beta)
    implements MarginLoss {
  public Hinge {
    Check.above("hinge.beta", 0, beta);
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor at(Tensor u) {
    return u.neg().add(Ops.scalar(1)).relu();
  }
}

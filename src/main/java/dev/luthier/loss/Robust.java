package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Robust DPO (Chowdhury et al. 2024, https://arxiv.org/abs/2403.00409, section 3.1): where a share
 * epsilon of the labels is flipped at random, the mean of this loss over flipped labels is DPO's on
 * the true ones:
 *
 * <pre>
 * L = ((1 - epsilon) f(u) - epsilon f(-u)) / (1 - 2 epsilon),  f(u) = -log sigmoid(u)
 * </pre>
 *
 * It has no lower bound: a pair that is won clearly goes on to pay. Equal to TRL's robust.
 */
@Doc("DPO that takes out the bias of labels flipped at random (arXiv 2403.00409)")
public record Robust(
    @Doc("How dear it is to leave the reference") @Default("0.1") double beta,
    @Doc("The share of labels that are flipped, below 1/2; at 0 it is dpo") @Default("0.1")
        double labelSmoothing)
    implements MarginLoss {
  public Robust {
    Check.above("robust.beta", 0, beta);
    Check.below("robust.label_smoothing", 0, 0.5, labelSmoothing);
  }

  @Override
  public Tensor reward(Logps answers) {
    return answers.ratios().mul(Ops.scalar(beta));
  }

  @Override
  public Tensor at(Tensor u) {
    Tensor clean = torch.log_sigmoid(u).neg().mul(Ops.scalar(1 - labelSmoothing));
    Tensor flipped = torch.log_sigmoid(u.neg()).neg().mul(Ops.scalar(labelSmoothing));
    return clean.sub(flipped).div(Ops.scalar(1 - 2 * labelSmoothing));
  }
}

package dev.luthier.loss;

import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A weighted sum of losses on the same pairs, such as MPO (Wang et al. 2024,
 * https://arxiv.org/abs/2411.10442, section 3: 0.8 DPO + 0.2 BCO + 1 NLL) and RPO (DPO + alpha
 * NLL). Margins go to the parts that have a place for them. Rewards are those of the first part.
 */
@Doc(
    value = "A weighted sum of losses (MPO, arXiv 2411.10442)",
    elsewhere = {"mpo"})
public record Mixture(
    @Doc(
            value = "The losses; rewards and margins in the log are those of the first",
            elsewhere = {"loss_type"})
        List<PairLoss> losses,
    @Doc(
            value = "What each counts in the sum, in the same order",
            elsewhere = {"loss_weights"})
        List<Double> weights)
    implements PairLoss {
  public Mixture {
    losses = List.copyOf(losses);
    weights = List.copyOf(weights);
    if (losses.isEmpty()) {
      throw new UserError("mixture.losses must name a loss, was empty");
    }
    if (losses.size() != weights.size()) {
      throw new UserError(
          "mixture.weights must be one for each of mixture.losses, was %d for %d"
              .formatted(weights.size(), losses.size()));
    }
    weights.forEach(w -> Check.above("mixture.weights", 0, w));
  }

  @Override
  public Tensor of(PairLogps pairs, PairLabels labels) {
    if (!takesMargins()) {
      labels.refuseMargin("mixture");
    }
    Tensor sum = part(0, pairs, labels);
    for (int i = 1; i < losses.size(); i++) {
      sum = sum.add(part(i, pairs, labels));
    }
    return sum;
  }

  /** (P) */
  private Tensor part(int i, PairLogps pairs, PairLabels labels) {
    PairLoss loss = losses.get(i);
    Tensor own = loss.of(pairs, loss.takesMargins() ? labels : labels.withoutMargin());
    return own.mul(Ops.scalar(weights.get(i)));
  }

  @Override
  public Tensor reward(Logps answers) {
    return losses.get(0).reward(answers);
  }

  @Override
  public boolean reference() {
    return losses.stream().anyMatch(PairLoss::reference);
  }

  @Override
  public boolean takesMargins() {
    return losses.stream().anyMatch(PairLoss::takesMargins);
  }

  @Override
  public boolean takesProbabilities() {
    return losses.stream().allMatch(PairLoss::takesProbabilities);
  }

  @Override
  public boolean wholeStep() {
    return losses.stream().anyMatch(PairLoss::wholeStep);
  }
}

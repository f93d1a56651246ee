package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * The loss of pairs with what it logs: by how much the chosen answers lead and how often, the
 * rewards of both, and the absolute log-probabilities of both, which tell whether a margin grew by
 * the rejected answer's fall alone. The log-probability per token tells which of the two the policy
 * itself would rather write, whatever the method and its reference.
 */
public final class PairTerms {
  private PairTerms() {}

  /**
   * @param denominator the pairs of the step, over all its micro-batches
   */
  public static Loss of(PairLoss loss, PairLogps pairs, PairLabels labels, double denominator) {
    Tensor total = loss.of(pairs, labels).sum().div(Ops.scalar(denominator));
    return new Loss(total, terms(loss, pairs, labels, denominator));
  }

  static List<Loss.Term> terms(
      PairLoss loss, PairLogps pairs, PairLabels labels, double denominator) {
    try (AutoGradMode off = Ops.noGrad()) {
      Tensor chosen = loss.reward(pairs.chosen()); // (P)
      Tensor rejected = loss.reward(pairs.rejected()); // (P)
      Tensor margin = chosen.sub(rejected); // (P)
      Tensor likelier = pairs.chosen().means().sub(pairs.rejected().means()); // (P)
      return List.of(
          term("accuracy", labels.agreement(margin), denominator),
          term("margin", margin, denominator),
          term("reward_chosen", chosen, denominator),
          term("reward_rejected", rejected, denominator),
          term("logp_accuracy", labels.agreement(likelier), denominator),
          term("logp_chosen", pairs.chosen().policy(), denominator),
          term("logp_rejected", pairs.rejected().policy(), denominator));
    }
  }

  private static Loss.Term term(String name, Tensor values, double denominator) {
    return new Loss.Term(name, values.detach().sum().div(Ops.scalar(denominator)));
  }
}

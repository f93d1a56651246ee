package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Outcome-regularised preference optimisation: a preference loss joined with what answers are worth
 * by metrics of their own, for data whose raters like what is convincing and wrong. {@link
 * OutcomeWay} has the three formulas. It has no paper of its own; the parts are those of ODPO
 * (Amini et al. 2024, https://arxiv.org/abs/2402.10571) and, for floors, of Safe RLHF (Dai et al.
 * 2023, https://arxiv.org/abs/2310.12773): see {@link Multiplier}. The other ORPO is {@link Orpo}.
 */
@Doc("A preference loss joined with outcome metrics such as truth or toxicity")
public record OutcomeOrpo(
    @Doc("The preference loss") @Default("dpo") MarginLoss loss,
    @Doc("How outcomes join it") @Default("margin") OutcomeWay way,
    @Doc("By how much of the shortfall a floor's multiplier grows at each step") @Default("0.1")
        double multiplierRate) {
  public OutcomeOrpo {
    Check.above("outcome_orpo.multiplier_rate", 0, multiplierRate);
  }

  /**
   * With the terms of pairs, the mean outcome gap, and for every metric the expected outcome of the
   * policy's choice between the two answers, which floors are measured by.
   *
   * @param denominator the pairs of the step, over all its micro-batches
   */
  public Loss of(PairLogps pairs, PairLabels labels, Outcomes outcomes, double denominator) {
    Tensor total = way.of(loss, pairs, labels, outcomes).sum().div(Ops.scalar(denominator));
    List<Loss.Term> terms = new ArrayList<>(PairTerms.terms(loss, pairs, labels, denominator));
    try (AutoGradMode off = Ops.noGrad()) {
      terms.add(new Loss.Term("outcome_gap", outcomes.gap().sum().div(Ops.scalar(denominator))));
      Tensor each = outcomes.expected(loss.margin(pairs).sigmoid()).sum(0L); // (M)
      Tensor means = each.div(Ops.scalar(denominator));
      for (int m = 0; m < outcomes.names().size(); m++) {
        terms.add(new Loss.Term("outcome_" + outcomes.names().get(m), means.select(0, m)));
      }
    }
    return new Loss(total, terms);
  }
}

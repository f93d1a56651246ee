package dev.luthier.loss;

import dev.luthier.doc.Doc;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * How outcomes join a preference loss f(u), u = r(y_w) - r(y_l). With g = sum_m w_m (o_m(y_w) -
 * o_m(y_l)), by how much the chosen answer has the better outcome:
 *
 * <ul>
 *   <li>margin: f(u - g). The offset of ODPO, made of outcomes. Where preferences follow
 *       Bradley-Terry with rewards r, DPO's optimum moves from pi_ref exp(r / beta) to pi_ref
 *       exp((r + sum_m w_m o_m) / beta): outcomes are reward beside what raters like.
 *   <li>weight: 2 sigmoid(g) f(u). A pair counts from 0, where raters and outcomes disagree, to 2,
 *       where they agree, and 1 where outcomes say nothing.
 *   <li>expectation: f(u) - sum_m w_m (q o_m(y_w) + (1 - q) o_m(y_l)), q = sigmoid(u). The policy's
 *       own choice between the two answers, measured from the reference, is to have a good outcome.
 * </ul>
 */
@Doc("How outcomes join the preference loss (docs/preferences.md)")
public sealed interface OutcomeWay {
  /** (P) */
  Tensor of(MarginLoss loss, PairLogps pairs, PairLabels labels, Outcomes outcomes);

  /** f(u - g) */
  @Doc("Outcomes are an offset of the margin: the optimum gains them as reward")
  record Margin() implements OutcomeWay {
    @Override
    public Tensor of(MarginLoss loss, PairLogps pairs, PairLabels labels, Outcomes outcomes) {
      Tensor g = outcomes.gap(); // (P)
      Tensor given = labels.margin();
      Tensor margin = given == null ? g : given.add(g);
      return loss.of(pairs, new PairLabels(labels.probability(), margin));
    }
  }

  /** 2 sigmoid(g) f(u); under a soft label the mean of the two weights. */
  @Doc("Pairs count more where raters and outcomes agree, and less where they do not")
  record Weight() implements OutcomeWay {
    @Override
    public Tensor of(MarginLoss loss, PairLogps pairs, PairLabels labels, Outcomes outcomes) {
      Tensor g = outcomes.gap(); // (P)
      Tensor weight = labels.expected(g.sigmoid(), () -> g.neg().sigmoid()).mul(Ops.scalar(2));
      return loss.of(pairs, labels).mul(weight);
    }
  }

  /** f(u) - sum_m w_m (q o_m(y_w) + (1 - q) o_m(y_l)) */
  @Doc("The outcome that the policy's choice between the two answers has is maximised beside")
  record Expectation() implements OutcomeWay {
    @Override
    public Tensor of(MarginLoss loss, PairLogps pairs, PairLabels labels, Outcomes outcomes) {
      Tensor q = loss.margin(pairs).sigmoid(); // (P)
      Tensor expected = outcomes.expected(q).mul(outcomes.weights()).sum(1L); // (P)
      return loss.of(pairs, labels).sub(expected);
    }
  }
}

package dev.luthier.loss;

import dev.luthier.doc.Doc;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * A loss of answers without a pair, each said to be good or not. Letters: N answers. All are of the
 * form
 *
 * <pre>
 * L = y w_D f(u) + (1 - y) w_U f(-u),  u = beta (h - h_0)
 * </pre>
 *
 * with y the label, w the weights of the two kinds, and h_0 the origin that a log-ratio is measured
 * from, about which the methods differ. No gradient goes through it.
 */
@Doc("What an answer that is said to be good or bad teaches (docs/preferences.md)")
public sealed interface LabelledLoss extends PreferenceLoss permits Kto, Bco, Gpo {
  /** f(u), in the shape of u. */
  Tensor at(Tensor u);

  /** The unit of log-ratios. */
  double beta();

  /** What a good answer counts. */
  double desirableWeight();

  /** What a bad answer counts. */
  double undesirableWeight();

  /** (N) beta h: the reward before the origin is taken off. */
  Tensor reward(Logps answers);

  /**
   * (N) the loss of every answer.
   *
   * @param desirable (N) y: 1 for good, 0 for bad, or how probably it is good
   * @param origin () h_0
   */
  default Tensor of(Logps answers, Tensor desirable, Tensor origin) {
    Tensor u = reward(answers).sub(origin.detach().mul(Ops.scalar(beta()))); // (N)
    Tensor good = at(u).mul(desirable).mul(Ops.scalar(desirableWeight()));
    Tensor bad = at(u.neg()).mul(desirable.neg().add(Ops.scalar(1)));
    return good.add(bad.mul(Ops.scalar(undesirableWeight())));
  }

  /**
   * The loss of a step's part, with what it logs: the share of answers on the right side of the
   * origin, the reward counted with the label's sign, and the log-probability.
   *
   * @param denominator the answers of the step, over all its micro-batches
   */
  default Loss of(Logps answers, Tensor desirable, Tensor origin, double denominator) {
    Tensor total = of(answers, desirable, origin).sum().div(Ops.scalar(denominator));
    return LabelledTerms.of(this, answers, desirable, origin, total, denominator);
  }
}

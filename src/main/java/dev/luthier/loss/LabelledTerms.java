package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/** What a loss of labelled answers logs; each term is a sum over the step's answers, divided. */
final class LabelledTerms {
  private LabelledTerms() {}

  static Loss of(
      LabelledLoss loss,
      Logps answers,
      Tensor desirable,
      Tensor origin,
      Tensor total,
      double denominator) {
    try (AutoGradMode off = Ops.noGrad()) {
      Tensor sign = desirable.mul(Ops.scalar(2)).sub(Ops.scalar(1)); // (N) 1 or -1
      Tensor u = loss.reward(answers).sub(origin.mul(Ops.scalar(loss.beta()))); // (N)
      Tensor right = u.sign().mul(sign).add(Ops.scalar(1)).div(Ops.scalar(2));
      double share = answers.policy().size(0) / denominator;
      return new Loss(
          total,
          List.of(
              term("accuracy", right.sum(), denominator),
              term("signed_reward", u.mul(sign).sum(), denominator),
              term("signed_logp", answers.policy().mul(sign).sum(), denominator),
              new Loss.Term("origin", origin.mul(Ops.scalar(share)))));
    }
  }

  private static Loss.Term term(String name, Tensor sum, double denominator) {
    return new Loss.Term(name, sum.div(Ops.scalar(denominator)));
  }
}

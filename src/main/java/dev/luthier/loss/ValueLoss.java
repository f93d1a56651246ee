package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What the value model learns in PPO (the last term of https://arxiv.org/abs/1707.06347, eq. 9,
 * with the clip of Schulman's code):
 *
 * <pre>
 * V' = V_old + clip(V - V_old, -cliprange_value, cliprange_value)
 * L = vf_coef / 2  1/M sum_t max((V_t - R_t)^2, (V'_t - R_t)^2)                      (9)
 * </pre>
 *
 * Equal to TRL's.
 */
@Doc("The value model's squared error, clipped (arXiv 1707.06347)")
public record ValueLoss(
    @Doc("By how much a value may move in the steps of one rollout; unset: freely")
        Optional<Double> cliprangeValue,
    @Doc("What the value's loss counts beside the policy's") @Default("0.1") double vfCoef) {
  public ValueLoss {
    cliprangeValue.ifPresent(c -> Check.above("cliprange_value", 0, c));
    Check.atLeast("vf_coef", 0.0, vfCoef);
  }

  /**
   * The loss of a step's part.
   *
   * @param values (M) with gradient
   * @param old (M) by the value model that the step starts from
   * @param returns (M)
   */
  public Loss of(Tensor values, Tensor old, Tensor returns, StepSize step) {
    Tensor free = values.sub(returns).square(); // (M)
    Tensor held = held(values, old).sub(returns).square(); // (M)
    Tensor half = free.maximum(held).sum().div(Ops.scalar(2 * step.tokens())); // (9)
    Tensor total = half.mul(Ops.scalar(vfCoef));
    return new Loss(total, terms(half.detach(), held.gt(free).to(values.scalar_type()), step));
  }

  private static List<Loss.Term> terms(Tensor half, Tensor clipped, StepSize step) {
    Tensor share = clipped.sum().div(Ops.scalar(step.tokens()));
    return List.of(new Loss.Term("vf_loss", half), new Loss.Term("vf_clip_ratio", share));
  }

  /** V' */
  private Tensor held(Tensor values, Tensor old) {
    return cliprangeValue
        .map(c -> values.maximum(old.sub(Ops.scalar(c))).minimum(old.add(Ops.scalar(c))))
        .orElse(values);
  }
}

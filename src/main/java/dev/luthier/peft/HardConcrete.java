package dev.luthier.peft;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Gates between 0 and 1 that are exactly 0 or 1 with some probability (Louizos et al. 2018,
 * https://arxiv.org/abs/1712.01312), in the form of Guo et al. 2021, with their stretch from l =
 * -1.5 to r = 1.5 and temperature 1. alpha is a gate's trained number.
 */
final class HardConcrete {
  private static final double L = -1.5;
  private static final double R = 1.5;
  private static final double EDGE = 1e-6; // u stays clear of 0 and 1, whose logits are infinite

  private HardConcrete() {}

  /**
   * A gate that was drawn: s = sigmoid(log u - log(1 - u) + alpha), stretched to s (r - l) + l,
   * clipped to [0, 1].
   *
   * @param u uniform in [0, 1)
   */
  static Tensor drawn(Tensor alpha, Tensor u) {
    Tensor inside = u.mul(Ops.scalar(1 - 2 * EDGE)).add(Ops.scalar(EDGE));
    return clipped(inside.logit().add(alpha));
  }

  /** The gate without a draw, as it stands when training is over. */
  static Tensor still(Tensor alpha) {
    return clipped(alpha);
  }

  /** P(gate > 0) = sigmoid(alpha - log(-l / r)). */
  static Tensor open(Tensor alpha) {
    return alpha.sub(Ops.scalar(Math.log(-L / R))).sigmoid();
  }

  private static Tensor clipped(Tensor logit) {
    Tensor stretched = logit.sigmoid().mul(Ops.scalar(R - L)).add(Ops.scalar(L));
    return stretched.clamp(new ScalarOptional(Ops.scalar(0)), new ScalarOptional(Ops.scalar(1)));
  }
}

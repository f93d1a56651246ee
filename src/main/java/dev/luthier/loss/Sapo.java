package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Soft Adaptive Policy Optimization (Gao et al. 2025, https://arxiv.org/abs/2511.20347): a soft
 * gate in place of the clip,
 *
 * <pre>
 * f(w) = 4 / tau sigmoid(tau (w - 1)),  tau = tau_pos where A &gt; 0, else tau_neg
 * L = 1/N sum_i 1/|y_i| sum_t -f(w_it) A_i
 * </pre>
 *
 * f'(1) = 1, so on policy it has GRPO's gradient, which fades the further a ratio has moved, to
 * either side, and never jumps to 0. A higher temperature fades sooner; bad tokens, whose update
 * spreads over the whole vocabulary, have the higher one. Equal to TRL's sapo.
 */
@Doc("A soft gate instead of a clip (arXiv 2511.20347)")
public record Sapo(
    @Doc(
            value = "How soon a good token's gradient fades",
            elsewhere = {"sapo_temperature_pos"})
        @Default("1")
        double temperaturePos,
    @Doc(
            value = "How soon a bad token's gradient fades",
            elsewhere = {"sapo_temperature_neg"})
        @Default("1.05")
        double temperatureNeg)
    implements GroupLoss {
  public Sapo {
    Check.above("sapo.temperature_pos", 0, temperaturePos);
    Check.above("sapo.temperature_neg", 0, temperatureNeg);
  }

  @Override
  public Tensor each(TokenLogps tokens, Tensor advantages) {
    Tensor moved = RatioLevel.TOKEN.ratios(tokens).sub(Ops.scalar(1)); // (M) w - 1
    Tensor gate =
        torch.where(
            advantages.gt(Ops.scalar(0)), gate(moved, temperaturePos), gate(moved, temperatureNeg));
    return gate.mul(advantages).neg();
  }

  private static Tensor gate(Tensor moved, double tau) {
    return moved.mul(Ops.scalar(tau)).sigmoid().mul(Ops.scalar(4 / tau));
  }

  @Override
  public Aggregation aggregation() {
    return Aggregation.ANSWERS;
  }
}

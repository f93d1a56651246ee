package dev.luthier.loss;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.Optional;

/**
 * The policy's part of Proximal Policy Optimization (Schulman et al. 2017,
 * https://arxiv.org/abs/1707.06347, eq. 7; for language models: Ouyang et al. 2022,
 * https://arxiv.org/abs/2203.02155):
 *
 * <pre>
 * L = 1/M sum_t -min(w_t A_t, clip(w_t, 1 - epsilon, 1 + epsilon) A_t)               (7)
 * </pre>
 *
 * with the advantage of each token by {@link Gae}, beside {@link ValueLoss}. Equal to TRL's PPO.
 */
@Doc("Proximal Policy Optimization: each token has its advantage (arXiv 1707.06347)")
public record PpoClip(
    @Doc(value = "By how much a ratio may leave 1 before its gradient ends", elsewhere = "epsilon")
        @Default("0.2")
        double cliprange,
    @Doc(
            value = "The most that the ratio of a bad token counts, such as 3; unset: no bound",
            elsewhere = {"clip_ratio_c", "dual_clip"})
        Optional<Double> delta)
    implements ClippedLoss {
  public PpoClip {
    Check.within("ppo_clip.cliprange", 0, 1, cliprange);
    Clip.of("ppo_clip", cliprange, Optional.empty(), delta);
  }

  /** Without a bound for bad tokens. */
  public PpoClip(double cliprange) {
    this(cliprange, Optional.empty());
  }

  @Override
  public Clip clip() {
    return Clip.of("ppo_clip", cliprange, Optional.empty(), delta);
  }

  @Override
  public Aggregation aggregation() {
    return Aggregation.TOKENS; // (7), the mean over time steps
  }
}

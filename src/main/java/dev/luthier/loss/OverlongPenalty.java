package dev.luthier.loss;

import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Soft overlong punishment (DAPO, Yu et al. 2025, https://arxiv.org/abs/2503.14476, eq. 13): what
 * an answer's reward loses when it comes near the limit, instead of all at once where it is cut,
 *
 * <pre>
 * 0                          |y| &lt;= limit - cache
 * ((limit - cache) - |y|) / cache      up to the limit                               (13)
 * -1                         beyond
 * </pre>
 */
@Doc("What an answer pays for coming near the limit of its length (arXiv 2503.14476)")
public record OverlongPenalty(
    @Doc("The most tokens that an answer should have") int limit,
    @Doc("Over how many tokens before it the price rises to 1") int cache) {
  public OverlongPenalty {
    Check.atLeast("overlong_penalty.limit", 1, limit);
    Check.atLeast("overlong_penalty.cache", 1, cache);
    Check.atMost("overlong_penalty.cache", limit, cache);
  }

  /**
   * (N) from -1 to 0.
   *
   * @param lengths (N) |y|, of a real type
   */
  public Tensor of(Tensor lengths) {
    Tensor left = lengths.neg().add(Ops.scalar(limit - cache)); // (N)
    return left.div(Ops.scalar(cache)).clamp_max(Ops.scalar(0)).clamp_min(Ops.scalar(-1)); // (13)
  }
}

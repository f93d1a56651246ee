package dev.luthier.loss;

import dev.luthier.tensor.Ops;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * What scores say of a token and of the distribution that it comes from. Letters: C tokens, V
 * vocabulary.
 */
public final class TokenScores {
  private TokenScores() {}

  /**
   * log softmax(scores)_target = score_target - logsumexp(scores), (C, 1).
   *
   * @param scores (C, V)
   * @param targets (C) int64
   */
  public static Tensor logProbabilities(Tensor scores, Tensor targets) {
    return scores.gather(1, targets.unsqueeze(1)).sub(scores.logsumexp(new long[] {1}, true));
  }

  /** The same, and the entropy H = -sum_v p_v log p_v, in nats: (C, 2). */
  public static Tensor withEntropies(Tensor scores, Tensor targets) {
    Tensor logs = scores.log_softmax(1); // (C, V)
    Tensor entropy =
        logs.exp().mul(logs).sum(new long[] {1}, true, new ScalarTypeOptional()).neg(); // (C, 1)
    return Ops.cat(1, logProbabilities(scores, targets), entropy);
  }
}

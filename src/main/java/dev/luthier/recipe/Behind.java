package dev.luthier.recipe;

import dev.luthier.tensor.Ops;
import dev.luthier.train.MetricsFile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * How far the policy has gone from who wrote the answers when it begins to learn from them, where
 * that is not itself: over the M tokens of the first step on a rollout, with w = pi / pi_old,
 *
 * <pre>
 * behind_kl    = 1/M sum (w - 1 - log w)         KL(pi_old, pi), never below 0
 * behind_ratio = max w
 * behind_share = (sum w)^2 / (M sum w^2)         effective sample share (Kish)
 * </pre>
 *
 * The share is 1 where all tokens weigh the same; at 0.5 they are worth half as many.
 */
final class Behind {
  private static final String KL = "behind_kl";
  private static final String RATIO = "behind_ratio";
  private static final String SHARE = "behind_share";

  private final boolean asked;
  private boolean first;
  private double tokens;
  private double sum;
  private double squares;
  private double kl;
  private double most;

  /**
   * @param asked whether rollouts are written by somebody else than the policy
   */
  Behind(boolean asked) {
    this.asked = asked;
  }

  /** Called before the parts of a step. */
  void begin(boolean first) {
    this.first = asked && first;
    tokens = 0;
    sum = 0;
    squares = 0;
    kl = 0;
    most = 0;
  }

  /**
   * Called with each part of a step.
   *
   * @param policy (M)
   * @param old (M) by who wrote the answers
   */
  void seen(Tensor policy, Tensor old) {
    if (!first) {
      return;
    }
    for (float log : Ops.toFloats(Ops.without(() -> policy.sub(old)))) {
      double w = Math.exp(log);
      tokens++;
      sum += w;
      squares += w * w;
      kl += w - 1 - log;
      most = Math.max(most, w);
    }
  }

  /** What is logged of a step. */
  Map<String, Double> terms() {
    Map<String, Double> out = new LinkedHashMap<>();
    if (first && tokens > 0) {
      out.put(KL, kl / tokens);
      out.put(RATIO, most);
      out.put(SHARE, sum * sum / (tokens * squares));
    }
    return out;
  }

  /** What a run's log says of it, for people. */
  static Optional<String> told(List<MetricsFile.Line> lines) {
    List<Map<String, Double>> all =
        lines.stream().map(MetricsFile.Line::values).filter(v -> v.containsKey(KL)).toList();
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "KL %.2g a token, effective sample share %.3f, largest ratio %.3g (means of %d rollouts)"
                .formatted(mean(all, KL), mean(all, SHARE), mean(all, RATIO), all.size()));
  }

  private static double mean(List<Map<String, Double>> of, String name) {
    return of.stream().mapToDouble(v -> v.getOrDefault(name, 0.0)).average().orElse(0);
  }
}

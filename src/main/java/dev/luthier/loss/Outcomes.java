package dev.luthier.loss;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The outcome scores of P pairs by M metrics, each directed so that 1 is good.
 *
 * @param chosen (P, M) o_m(y_w)
 * @param rejected (P, M) o_m(y_l)
 * @param weights (M) w_m, what the multipliers of floors add among them
 * @param names of the metrics, for the log
 */
public record Outcomes(Tensor chosen, Tensor rejected, Tensor weights, List<String> names) {
  public Outcomes {
    names = List.copyOf(names);
    if (names.size() != weights.numel()) {
      throw new IllegalArgumentException(
          "%d weights of %d metrics".formatted(weights.numel(), names.size()));
    }
  }

  /** (P) g = sum_m w_m (o_m(y_w) - o_m(y_l)). */
  Tensor gap() {
    return chosen.sub(rejected).mul(weights).sum(1L);
  }

  /**
   * (P, M) q o_m(y_w) + (1 - q) o_m(y_l).
   *
   * @param q (P) how probably the policy takes the chosen answer of the two
   */
  Tensor expected(Tensor q) {
    return rejected.add(chosen.sub(rejected).mul(q.unsqueeze(1)));
  }
}

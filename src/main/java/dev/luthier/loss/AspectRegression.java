package dev.luthier.loss;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A reward model of ratings with a head for each aspect (Wang et al. 2023, HelpSteer,
 * https://arxiv.org/abs/2311.09528): the weighted mean of squared errors over the aspects that are
 * rated,
 *
 * <pre>
 * L = sum_a w_a (prediction_a - rating_a)^2
 * </pre>
 *
 * An aspect without a rating teaches nothing. With one aspect it is {@link MeanSquaredError}.
 *
 * @param weights w, one for each aspect
 */
public record AspectRegression(List<Double> weights) {
  public AspectRegression {
    weights = List.copyOf(weights);
    weights.forEach(w -> Check.atLeast("weights", 0.0, w));
    if (weights.stream().noneMatch(w -> w > 0)) {
      throw new UserError("weights of the aspects must have one above 0, was " + weights);
    }
  }

  /**
   * @param predictions (B, A) float32
   * @param ratings (B, A) float32, NaN where there is none
   * @param denominator the ratings of the step, over all its micro-batches
   */
  public Loss of(Tensor predictions, Tensor ratings, double denominator) {
    Tensor none = torch.isnan(ratings); // (B, A)
    Tensor errors = predictions.sub(ratings).masked_fill(none, Ops.scalar(0)); // no gradient there
    Tensor total = errors.square().mul(weights(predictions)).sum();
    return Loss.of(total.div(Ops.scalar(denominator)));
  }

  /** (A) */
  private Tensor weights(Tensor like) {
    float[] out = new float[weights.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = weights.get(i).floatValue();
    }
    return torch.tensor(out).to(like.device(), like.scalar_type());
  }
}

package dev.luthier.loss;

import dev.luthier.doc.Doc;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Losses with PPO's clip. They differ in whose ratio is clipped ({@link RatioLevel}), by how much
 * ({@link Clip}), and in what a long answer counts ({@link Aggregation}).
 */
@Doc("A ratio between new and old policy, clipped where it moved far enough")
public sealed interface ClippedLoss extends PolicyLoss
    permits Bnpo, Dapo, DrGrpo, Grpo, Gspo, Luspo, PpoClip, Rloo {
  /** How far ratios may move. */
  Clip clip();

  @Override
  default Tensor each(TokenLogps tokens, Tensor advantages) {
    return clip().each(importanceSamplingLevel().ratios(tokens), advantages);
  }

  /** The shares of ratios that are clipped: of tokens, or of answers where these have the ratio. */
  @Override
  default List<Loss.Term> terms(TokenLogps tokens, Tensor advantages, StepSize step) {
    Tensor ratios = importanceSamplingLevel().ratios(tokens); // (M)
    Tensor low = clip().low(ratios, advantages); // (M)
    Tensor high = clip().high(ratios, advantages); // (M)
    return List.of(
        share("clip_ratio_low", low, tokens, step),
        share("clip_ratio_high", high, tokens, step),
        share("clip_ratio_region", low.add(high), tokens, step));
  }

  private Loss.Term share(String name, Tensor clipped, TokenLogps tokens, StepSize step) {
    return new Loss.Term(
        name, importanceSamplingLevel().share().of(clipped, tokens.answers(), step));
  }
}

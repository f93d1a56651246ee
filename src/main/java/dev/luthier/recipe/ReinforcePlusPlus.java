package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Inline;
import dev.luthier.loss.PpoClip;
import dev.luthier.loss.ReturnToGo;
import dev.luthier.loss.Whitening;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * PPO without a value model (Hu 2025, https://arxiv.org/abs/2501.03262): a token's advantage is
 * what followed it, with the KL paid in the rewards of tokens, whitened over the rollout.
 */
@Doc(
    "REINFORCE++: what followed a token is its advantage, whitened over the rollout (arXiv"
        + " 2501.03262)")
public record ReinforcePlusPlus(
    @Inline PpoClip loss, @Inline ReturnToGo worth, @Inline AnswersSpec answers)
    implements AnswersMethod {
  public ReinforcePlusPlus {
    answers = answers.iterating(1);
  }

  @Override
  public Taught taught(Rollout rollout, KlPrice price) {
    try (Scope scope = new Scope()) {
      TokenRewards rewards =
          TokenRewards.of(rollout, LearntRewards.of(answers.rewards(), rollout), price, 0);
      Tensor returns = worth.of(rewards.each(), rollout.segments()); // (M)
      Tensor advantages = Whitening.FULL.of(returns);
      return new Taught(
          Ops.toFloats(advantages),
          new float[0],
          rewards.flatGroups(),
          rewards.flat() && !answers.kl().reference(),
          Map.of("returns", returns.mean().item_double()));
    }
  }
}

package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.UserError;
import dev.luthier.reward.Reward;
import dev.luthier.reward.WeightedSum;
import java.util.LinkedHashMap;
import java.util.Map;

/** One of the rewards that are added up. */
@Doc("One of the rewards that are added up")
@Shorthand
public record RewardPart(
    @Doc("What says what an answer is worth") Scorer scorer,
    @Doc(
            value = "What its score is multiplied with; below 0 it is a price",
            elsewhere = {"reward_weights"})
        @Default("1")
        double weight) {
  public RewardPart {
    if (!Double.isFinite(weight)) {
      throw new UserError("rewards.weight must be a finite number, was " + weight);
    }
  }

  /** Reads what all of them need; closed by the caller. */
  static Reward open(Map<String, RewardPart> parts, String device) {
    Map<String, WeightedSum.Summand> out = new LinkedHashMap<>();
    try {
      parts.forEach(
          (name, part) ->
              out.put(name, new WeightedSum.Summand(part.scorer().open(device), part.weight())));
    } catch (UserError e) {
      new WeightedSum(out).close();
      throw e;
    }
    return new WeightedSum(out);
  }
}

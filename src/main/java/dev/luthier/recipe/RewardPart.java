package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.UserError;
import dev.luthier.reward.ClipRange;
import dev.luthier.reward.Clipped;
import dev.luthier.reward.Normalization;
import dev.luthier.reward.Reward;
import dev.luthier.reward.WeightedSum;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** One of the rewards that are added up. */
@Doc("One of the rewards that are added up")
@Shorthand
public record RewardPart(
    @Doc("What says what an answer is worth") Scorer scorer,
    @Doc(
            value = "What its score is multiplied with; below 0 it is a price",
            elsewhere = {"reward_weights"})
        @Default("1")
        double weight,
    @Doc("Bounds that its score is cut at; unset: none") Optional<ClipRange> clip,
    @Doc(
            value =
                "How its scores are put on one scale with those of others in the rollout, before they"
                    + " are weighted; evaluations and logs have them as they are",
            elsewhere = {"multi_objective_aggregation"})
        @Default("none")
        Normalization normalize) {
  private static final String NAME = "[A-Za-z0-9_-]+";

  public RewardPart {
    if (!Double.isFinite(weight)) {
      throw new UserError("rewards.weight must be a finite number, was " + weight);
    }
  }

  /** Names stand in the log, between slashes. */
  static void checkNames(String key, Collection<String> names) {
    for (String name : names) {
      if (!name.matches(NAME)) {
        throw new UserError(
            "%s: a reward's name is made of letters, digits, _ and -, was \"%s\""
                .formatted(key, name));
      }
    }
  }

  /** Whether its score goes from 0 to 1. */
  boolean unit() {
    return clip.map(c -> c.low() >= 0 && c.high() <= 1).orElseGet(scorer::bounded);
  }

  private Reward open(String device) {
    Reward reward = scorer.open(device);
    return clip.isPresent() ? new Clipped(reward, clip.get()) : reward;
  }

  /** Reads what all of them need; closed by the caller. */
  static Reward open(Map<String, RewardPart> parts, String device) {
    Map<String, WeightedSum.Summand> out = new LinkedHashMap<>();
    try {
      parts.forEach(
          (name, part) -> out.put(name, new WeightedSum.Summand(part.open(device), part.weight())));
    } catch (UserError e) {
      new WeightedSum(out).close();
      throw e;
    }
    return new WeightedSum(out);
  }
}

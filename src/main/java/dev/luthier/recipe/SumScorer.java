package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.UserError;
import dev.luthier.reward.Normalization;
import dev.luthier.reward.Reward;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Several scorers, added up by weight; for a place that takes one. */
@Name("sum")
@Doc("Several scorers, added up by weight, for a place that takes one")
record SumScorer(@Doc("Those that are added up, each under a name") Map<String, RewardPart> of)
    implements Scorer {
  SumScorer {
    of = Collections.unmodifiableMap(new LinkedHashMap<>(of)); // in their order
    if (of.isEmpty()) {
      throw new UserError("sum.of must name a scorer, was empty");
    }
    RewardPart.checkNames("sum.of", of.keySet());
    of.forEach(
        (name, part) -> {
          if (!(part.normalize() instanceof Normalization.None)) {
            throw new UserError(
                "sum.of.%s.normalize is for the rewards of the method themselves; leave it out, or make %s one of them"
                    .formatted(name, name));
          }
        });
  }

  @Override
  public Reward open(String device) {
    return RewardPart.open(of, device);
  }

  /** Where weights are shares. */
  @Override
  public boolean bounded() {
    return of.values().stream().allMatch(p -> p.unit() && p.weight() >= 0)
        && of.values().stream().mapToDouble(RewardPart::weight).sum() <= 1;
  }

  @Override
  public boolean scoresWritten() {
    return of.values().stream().allMatch(p -> p.scorer().scoresWritten());
  }
}

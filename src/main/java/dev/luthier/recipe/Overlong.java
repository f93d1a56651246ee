package dev.luthier.recipe;

import dev.luthier.loss.OverlongPenalty;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lets answers pay for coming near the limit of their length. */
final class Overlong {
  private static final String PART = "overlong";

  private Overlong() {}

  /** The scores with the price, which is a part of them. */
  static List<Score> paid(OverlongPenalty price, List<Completion> answers, List<Score> scores) {
    float[] lengths = new float[answers.size()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = answers.get(i).ids().length;
    }
    float[] prices;
    try (Scope scope = new Scope()) {
      prices = Ops.toFloats(price.of(Ops.floats(lengths, Compute.CPU)));
    }
    List<Score> out = new ArrayList<>();
    for (int i = 0; i < prices.length; i++) {
      Map<String, Double> parts = new LinkedHashMap<>(scores.get(i).parts());
      parts.put(PART, (double) prices[i]);
      out.add(new Score(scores.get(i).total() + prices[i], parts));
    }
    return out;
  }
}

package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.data.Judgement;
import dev.luthier.data.Sample;
import dev.luthier.error.UserError;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Score;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks a metric's scorer, and sees to it that every answer gets a score from 0 to 1.
 *
 * @param name the metric's
 */
record Scoring(String name, OutcomeMetric metric) {
  /** Of all pairs, by identity; an answer that several pairs share is scored once. */
  Map<Sample, float[]> pairs(Reward reward, List<Sample> samples) {
    Map<Asked, Integer> places = new LinkedHashMap<>();
    Map<Sample, int[]> of = new IdentityHashMap<>();
    for (Sample sample : samples) {
      if (sample.example() instanceof Example.Answers answers
          && answers.judgement() instanceof Judgement.Preferred) {
        int[] own = new int[2];
        for (int i = 0; i < 2; i++) {
          Asked asked = new Asked(answers.each().get(i), sample.columns(), i, sample.place());
          own[i] = places.computeIfAbsent(asked, a -> places.size());
        }
        of.put(sample, own);
      }
    }
    float[] flat = of(reward, List.copyOf(places.keySet()));
    Map<Sample, float[]> out = new IdentityHashMap<>();
    of.forEach((sample, own) -> out.put(sample, new float[] {flat[own[0]], flat[own[1]]}));
    return out;
  }

  /** The scores of some answers, from 0 to 1. */
  float[] of(Reward reward, List<Asked> asked) {
    List<Score> scores = reward.of(asked);
    float[] out = new float[asked.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) unit(asked.get(i), scores.get(i).total());
    }
    return out;
  }

  private double unit(Asked asked, double score) {
    String where =
        "%s: the scorer %s of outcomes.%s"
            .formatted(asked.place(), Schema.name(metric.scorer()), name);
    if (!Double.isFinite(score)) {
      throw new UserError(
          "%s has no score for the answer \"%.40s\"".formatted(where, asked.answered().said()));
    }
    double unit = metric.scorer().bounded() ? score : 1 / (1 + Math.exp(-score));
    if (unit < 0 || unit > 1) {
      throw new UserError(
          "%s gives the answer \"%.40s\" %s; outcomes go from 0 to 1"
              .formatted(where, asked.answered().said(), score));
    }
    return unit;
  }
}

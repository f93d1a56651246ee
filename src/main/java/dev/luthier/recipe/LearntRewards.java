package dev.luthier.recipe;

import dev.luthier.reward.Normalization;
import dev.luthier.reward.Score;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a rollout's answers are worth to those who learn from them: the scores, but for parts that
 * the recipe puts on one scale first, <br>
 * learnt = total + sum over those parts of weight (normalized - score).
 */
final class LearntRewards {
  private LearntRewards() {}

  /** For each answer, (N). */
  static float[] of(Map<String, RewardPart> parts, Rollout rollout) {
    return of(parts, rollout.scores(), rollout.samples());
  }

  static float[] of(Map<String, RewardPart> parts, List<Score> scores, int samples) {
    double[] out = scores.stream().mapToDouble(Score::total).toArray();
    parts.forEach(
        (name, part) -> {
          if (part.normalize() instanceof Normalization.None) {
            return; // not even by rounding
          }
          double[] own =
              scores.stream()
                  .mapToDouble(score -> Objects.requireNonNull(score.parts().get(name)))
                  .toArray();
          double[] scaled = part.normalize().of(own, samples);
          for (int i = 0; i < out.length; i++) {
            out[i] += part.weight() * (scaled[i] - own[i]);
          }
        });
    float[] floats = new float[out.length];
    for (int i = 0; i < out.length; i++) {
      floats[i] = (float) out[i];
    }
    return floats;
  }
}

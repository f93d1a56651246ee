package dev.luthier.reward;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A reward that is cut at bounds; what it was before is the part {@code unclipped}. */
public record Clipped(Reward reward, ClipRange range) implements Reward {
  private static final String BEFORE = "unclipped";

  @Override
  public List<Score> of(List<Asked> answers) {
    return reward.of(answers).stream().map(this::cut).toList();
  }

  private Score cut(Score score) {
    Map<String, Double> parts = new LinkedHashMap<>(score.parts());
    parts.put(BEFORE, score.total());
    return new Score(range.of(score.total()), parts);
  }

  @Override
  public void check(List<Asked> rows) {
    reward.check(rows);
  }

  @Override
  public void close() {
    reward.close();
  }
}

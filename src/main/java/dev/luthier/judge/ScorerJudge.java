package dev.luthier.judge;

import dev.luthier.data.Example;
import dev.luthier.metric.WinRate;
import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;
import dev.luthier.reward.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whatever scores answers as a judge: the higher score is better. Scores without bounds, as those
 * of reward models, are logits, so p(a, b) = sigma(s_a - s_b); of others the higher one is surely
 * better, and equal ones are even.
 *
 * @param bounded whether scores go from 0 to 1
 * @param identity what scores
 */
public record ScorerJudge(Reward reward, boolean bounded, String identity) implements Judge {
  @Override
  public List<Optional<Opinion>> of(List<Pair> pairs) {
    List<Asked> asked = new ArrayList<>();
    for (Pair pair : pairs) {
      asked.add(asked(pair, pair.a(), 0));
      asked.add(asked(pair, pair.b(), 1));
    }
    List<Score> scores = reward.of(asked);
    List<Optional<Opinion>> out = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      double a = scores.get(2 * i).total();
      double b = scores.get(2 * i + 1).total();
      out.add(Optional.of(Opinion.of(bounded ? sure(a, b) : 1 / (1 + Math.exp(b - a)))));
    }
    return out;
  }

  private static double sure(double a, double b) {
    return (1 + WinRate.compare(a, b)) / 2.0;
  }

  private static Asked asked(Pair pair, Example.Answered answered, int number) {
    return new Asked(answered, pair.columns(), number, pair.place());
  }

  @Override
  public boolean ordered() {
    return false;
  }

  @Override
  public void close() {
    reward.close();
  }
}

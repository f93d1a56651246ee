package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.data.Judgement;
import dev.luthier.tensor.Ops;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What a reward model with a head for each aspect reaches, over all aspects of all pairs in which
 * the grades differ.
 *
 * @param all counts each of these as a pair
 */
record AspectTally(int aspects, RewardTally all, ByLength length) implements Tally<AnswersRow> {
  /**
   * @param verdict (K, A) the scores of both answers of each row
   */
  @Override
  public void add(List<AnswersRow> rows, Tensor targets, Tensor verdict) {
    float[] scores = Ops.toFloats(verdict.reshape(-1));
    for (int r = 0; r < rows.size(); r++) {
      double[] lengths = length.scores(rows.get(r));
      for (int a = 0; a < aspects; a++) {
        int order = AspectReward.order(rows.get(r).judgement(), a);
        int better = order > 0 ? 0 : 1;
        int first = 2 * r;
        if (order != 0) {
          all.add(
              Judgement.Preferred.PLAIN,
              new double[] {
                scores[(first + better) * aspects + a], scores[(first + 1 - better) * aspects + a]
              },
              new double[] {lengths[better], lengths[1 - better]});
        }
      }
    }
  }

  @Override
  public Map<Measure, Double> values() {
    return all.values();
  }
}

package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;

/**
 * Of ranked answers the pairs of neighbours: every answer with those of the next rank, so that k
 * answers without ties make k - 1 pairs and none is in more than two. The pairs that are left out
 * follow from these. Answers that are not ranked stay as they are.
 */
public record AdjacentPairs() implements Conversion {
  @Override
  public List<Example> of(Example example) {
    if (!(example instanceof Example.Answers all)
        || !(all.judgement() instanceof Judgement.Ranked ranked)) {
      return List.of(example);
    }
    List<Integer> ranks = ranked.ranks();
    List<Example> out = new ArrayList<>();
    for (int i = 0; i < ranks.size(); i++) {
      for (int j = i + 1; j < ranks.size(); j++) {
        if (ranks.get(j) == ranks.get(i) + 1) {
          out.add(AllPairs.pair(all, i, j, ranked));
        }
      }
    }
    if (out.isEmpty()) {
      throw new RefusedRow("all answers of the row are equally good; they make no pair");
    }
    return out;
  }
}

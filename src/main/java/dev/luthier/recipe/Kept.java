package dev.luthier.recipe;

import dev.luthier.judge.Opinion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which pairs of a row's answers become rows. */
public enum Kept {
  /**
   * The best answer and the worst, by how probably each wins against the others in the mean (Yuan
   * et al. 2024, https://arxiv.org/abs/2401.10020, section 2.3, takes the highest and the lowest
   * grade). Nothing where a pair has no verdict.
   */
  BEST_WORST,
  /** Every pair with a verdict. */
  ALL;

  /** The places of those pairs. */
  List<Integer> of(JudgedPairs row, List<Optional<Opinion>> opinions) {
    List<Integer> known = new ArrayList<>();
    for (int p = 0; p < opinions.size(); p++) {
      if (opinions.get(p).isPresent()) {
        known.add(p);
      }
    }
    if (this == ALL || row.pairs().size() == 1) {
      return known;
    }
    return known.size() < opinions.size() ? List.of() : List.of(extremes(row, opinions));
  }

  private static int extremes(JudgedPairs row, List<Optional<Opinion>> opinions) {
    int n = row.row().answers().each().size();
    double[] wins = new double[n];
    for (int p = 0; p < opinions.size(); p++) {
      double probability = opinions.get(p).orElseThrow().probability();
      wins[row.places().get(p)[0]] += probability;
      wins[row.places().get(p)[1]] += 1 - probability;
    }
    int best = 0;
    int worst = n - 1;
    for (int i = 0; i < n; i++) {
      best = wins[i] > wins[best] ? i : best;
      worst = wins[n - 1 - i] < wins[worst] ? n - 1 - i : worst;
    }
    for (int p = 0; p < opinions.size(); p++) {
      int[] places = row.places().get(p);
      if (places[0] == Math.min(best, worst) && places[1] == Math.max(best, worst)) {
        return p;
      }
    }
    throw new IllegalStateException("no pair of %d and %d".formatted(best, worst));
  }
}

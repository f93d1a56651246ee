package dev.luthier.judge;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whether a judge likes answers of its own: how often they win against others', and how often they
 * do by the file's labels (Panickssery et al. 2024, https://arxiv.org/abs/2404.13076).
 *
 * @param judge of the decided pairs with one answer of the judge's own
 * @param labels of those that have a label
 */
record SelfPreference(String model, Share judge, Share labels) {
  /**
   * @param model who judges
   * @param writers which model wrote a and which wrote b; empty where the row does not say
   */
  static SelfPreference of(
      List<Verdict> verdicts, String model, Function<Pair, Optional<Writers>> writers) {
    long wins = 0;
    long all = 0;
    long labelWins = 0;
    long labelled = 0;
    for (Verdict verdict : verdicts) {
      int own = writers.apply(verdict.pair()).map(w -> w.own(model)).orElse(0);
      if (own != 0 && verdict.said() != 0) {
        all++;
        wins += verdict.said() == own ? 1 : 0;
        if (verdict.labelled() != 0) {
          labelled++;
          labelWins += verdict.labelled() == own ? 1 : 0;
        }
      }
    }
    return new SelfPreference(model, new Share(wins, all), new Share(labelWins, labelled));
  }

  List<String> lines() {
    if (judge.of() == 0) {
      return List.of();
    }
    String base = labels.of() == 0 ? "" : "; by the file's labels in %s".formatted(labels.told());
    return List.of(
        "self       answers of %s win in %s of %d decided pairs with others'%s"
            .formatted(model, judge.told(), judge.of(), base));
  }

  Map<String, Object> json() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("model", model);
    out.put("own_wins", judge.json());
    out.put("own_wins_by_labels", labels.json());
    return out;
  }
}

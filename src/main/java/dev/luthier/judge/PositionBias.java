package dev.luthier.judge;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a judge likes what is shown first. Every pair is read in both orders, so one who does not
 * care chooses the first shown in half of the readings, however good the answers are.
 *
 * @param first how often the first shown is chosen, of all readings; even ones count half
 * @param flips the share of pairs whose verdict changes with the order
 */
record PositionBias(Share first, Share flips) {
  static PositionBias of(List<Verdict> verdicts) {
    double hits = 0;
    for (Verdict verdict : verdicts) {
      Opinion opinion = verdict.opinion();
      hits += (1 + Opinion.sign(opinion.ahead())) / 2.0;
      hits += (1 - Opinion.sign(opinion.behind())) / 2.0;
    }
    return new PositionBias(
        new Share(hits, 2L * verdicts.size()), Share.of(verdicts, v -> v.opinion().flips()));
  }

  List<String> lines() {
    return List.of(
        "position   the first shown is chosen in %s of %d readings; without a bias 0.5"
            .formatted(first.told(), first.of()),
        "           the verdict changes with the order in %s of the pairs; the mean of both orders counts"
            .formatted(flips.told()));
  }

  Map<String, Object> json() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("first_shown_chosen", first.json());
    out.put("flips", flips.json());
    return out;
  }
}

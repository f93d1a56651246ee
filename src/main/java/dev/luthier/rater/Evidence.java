package dev.luthier.rater;

import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Standing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What speaks against each feedback, by its id. */
record Evidence(Map<String, List<Finding>> of) {
  static Evidence of(Filter filter, List<Judged> all) {
    Map<String, List<Finding>> out = new HashMap<>();
    for (Detector detector : filter.detectors()) {
      for (Finding finding : detector.find(all)) {
        out.computeIfAbsent(finding.feedback(), id -> new ArrayList<>()).add(finding);
      }
    }
    return new Evidence(out);
  }

  List<Finding> against(Judged judged) {
    return of.getOrDefault(judged.feedback().id(), List.of());
  }

  double factor(Judged judged) {
    return against(judged).stream().mapToDouble(Finding::factor).reduce(1, (a, b) -> a * b);
  }

  /** The best that it may become by what speaks against it; a person's word stands. */
  Standing atBest(Judged judged) {
    if (judged.decision().filter(Decision::byPerson).isPresent()) {
      return judged.standing();
    }
    return against(judged).stream()
        .map(Finding::atBest)
        .max(Standing::compareTo) // accepted, quarantined, rejected
        .orElse(Standing.ACCEPTED);
  }
}

package dev.luthier.rater;

import dev.luthier.feedback.Judged;
import java.util.List;

/** Looks for one kind of manipulation in feedback by itself, whoever may be right. */
sealed interface Detector permits Repeats, Flood, Reading, Texts, Contradictions {
  /**
   * @param all in the order of time, then of ids
   */
  List<Finding> find(List<Judged> all);
}

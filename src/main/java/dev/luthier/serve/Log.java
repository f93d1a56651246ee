package dev.luthier.serve;

import dev.luthier.feedback.Answer;
import dev.luthier.feedback.FeedbackStore;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps every answer, so that feedback on it means something later. */
record Log(FeedbackStore store) {
  /** What the store calls an answer: the reply's id, with its number where there are several. */
  static String id(String reply, int index) {
    return index == 0 ? reply : reply + "-" + index;
  }

  /** Keeps an answer that has its end; it is kept when this returns. */
  void keep(Job job, String reply, Choice choice) {
    Map<String, String> about = new LinkedHashMap<>(job.about());
    about.put("finish", choice.finish());
    store.add(
        new Answer(
            id(reply, choice.index()),
            Instant.now(),
            job.version().version(),
            job.rater(),
            job.messages(),
            choice.text(),
            choice.ids(),
            choice.logProbs(),
            about));
  }
}

package dev.luthier.rater;

import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Said;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Raters who contradict themselves. Who first says one thing and then the contrary on the same
 * question has changed their mind: the last word stands and counts half, the earlier ones are
 * rejected. Of choices that go round (A over B, B over C, C over A) at least one of n is wrong, and
 * nobody knows which: each counts (n - 1) / n.
 */
record Contradictions() implements Detector {
  private record Asked(String rater, Question question) {}

  private record Spoken(String id, boolean yes) {}

  @Override
  public List<Finding> find(List<Judged> all) {
    List<Finding> out = new ArrayList<>();
    Map<String, Integer> turned = new TreeMap<>();
    Map<Asked, Spoken> last = new HashMap<>();
    Map<String, Preferences> choices = new TreeMap<>();
    for (Judged judged : all) {
      Feedback f = judged.feedback();
      for (Question.Word word : Question.of(f)) {
        @Nullable Spoken before =
            last.put(new Asked(f.rater(), word.question()), new Spoken(f.id(), word.yes()));
        if (before != null && before.yes() != word.yes()) {
          out.add(
              Finding.rejected(
                  before.id(), "the same rater later said the contrary, in " + f.id()));
          turned.put(f.id(), 1);
        }
      }
      if (f.said() instanceof Said.Choice choice) {
        choices.computeIfAbsent(f.rater(), r -> new Preferences()).add(f, choice);
      }
    }
    turned
        .keySet()
        .forEach(
            id ->
                out.add(
                    Finding.lessened(
                        id, 0.5, "the same rater said the contrary before: counts half")));
    choices.values().forEach(p -> p.find(out));
    return out;
  }
}

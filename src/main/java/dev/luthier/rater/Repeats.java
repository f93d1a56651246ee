package dev.luthier.rater;

import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Said;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The same word of the same rater on the same answer counts once: the first time. */
record Repeats() implements Detector {
  /** What is the same, whatever its id and time. */
  private record Key(String rater, String about, Object said) {
    static Key of(Feedback f) {
      if (f.said() instanceof Said.Choice choice) { // A over B is B under A
        return Question.of(f).stream()
            .findFirst()
            .map(word -> new Key(f.rater(), word.question().about(), word.yes()))
            .orElse(
                new Key(
                    f.rater(),
                    Question.between(f.answer(), choice.other()).about(),
                    choice.preferred()));
      }
      return new Key(f.rater(), f.answer(), said(f.said()));
    }

    private static Object said(Said said) {
      if (said instanceof Said.Edit edit) {
        return new Said.Edit(edit.text().strip());
      }
      return said instanceof Said.Comment comment ? new Said.Comment(comment.text().strip()) : said;
    }
  }

  @Override
  public List<Finding> find(List<Judged> all) {
    Map<Key, String> first = new HashMap<>();
    List<Finding> out = new ArrayList<>();
    for (Judged judged : all) {
      Feedback f = judged.feedback();
      String earlier = first.putIfAbsent(Key.of(f), f.id());
      if (earlier != null) {
        out.add(
            Finding.rejected(
                f.id(), "repeats feedback %s of the same rater word for word".formatted(earlier)));
      }
    }
    return out;
  }
}

package dev.luthier.rater;

import dev.luthier.feedback.Answer;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Said;
import java.util.Optional;

/**
 * A text that a rater wrote.
 *
 * @param edit whether it is the answer as it should have been
 */
record Written(Feedback feedback, Answer answer, boolean edit, String text) {
  static Optional<Written> of(Judged judged) {
    Feedback f = judged.feedback();
    if (f.said() instanceof Said.Edit edit) {
      return Optional.of(new Written(f, judged.answer(), true, edit.text()));
    }
    return f.said() instanceof Said.Comment comment
        ? Optional.of(new Written(f, judged.answer(), false, comment.text()))
        : Optional.empty();
  }

  String kind() {
    return edit ? "edit" : "comment";
  }

  boolean sameRater(Written other) {
    return feedback.rater().equals(other.feedback.rater());
  }

  /**
   * Whether to write the same twice is suspicious: about one prompt several people may well correct
   * alike, and one may say the same of two answers.
   */
  boolean apart(Written other) {
    boolean elsewhere = !answer.prompt().equals(other.answer.prompt());
    return edit == other.edit && (elsewhere || (!edit && !sameRater(other)));
  }

  /** How long it is: an edit beside its answer, a comment by itself; logarithms. */
  double length() {
    return edit
        ? Math.log((1.0 + text.length()) / (1 + answer.text().length()))
        : Math.log(1 + text.length());
  }
}

package dev.luthier.rater;

import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Said;
import java.util.ArrayList;
import java.util.List;

/**
 * What several raters answer with yes or no.
 *
 * @param kind raters are known by how they answer each kind
 * @param about what is asked about
 */
record Question(Kind kind, String about) implements Comparable<Question> {
  private static final int MIDDLE = 3; // of grades from 1 to 5

  /** What is asked. */
  enum Kind {
    /** Whether of two answers that with the smaller id is better. */
    BETTER("comparisons"),
    /** Whether an answer is good, as a whole or in one aspect. */
    GOOD("single answers");

    final String said;

    Kind(String said) {
      this.said = said;
    }
  }

  /** A rater's word on a question. */
  record Word(Question question, boolean yes) {}

  static Question between(String answer, String other) {
    return first(answer, other)
        ? new Question(Kind.BETTER, answer + " " + other)
        : new Question(Kind.BETTER, other + " " + answer);
  }

  static Question good(String answer) {
    return new Question(Kind.GOOD, answer);
  }

  static boolean first(String answer, String other) {
    return answer.compareTo(other) < 0;
  }

  /** What feedback says to questions; ties, middle grades and texts say nothing. */
  static List<Word> of(Feedback feedback) {
    List<Word> out = new ArrayList<>();
    String answer = feedback.answer();
    if (feedback.said() instanceof Said.Thumb thumb) {
      out.add(new Word(good(answer), thumb.up()));
    } else if (feedback.said() instanceof Said.Ratings ratings) {
      ratings
          .aspects()
          .forEach(
              (aspect, grade) -> {
                if (grade != MIDDLE) {
                  out.add(new Word(new Question(Kind.GOOD, answer + " " + aspect), grade > MIDDLE));
                }
              });
    } else if (feedback.said() instanceof Said.Choice choice) {
      boolean first = first(answer, choice.other());
      switch (choice.preferred()) {
        case THIS -> out.add(new Word(between(answer, choice.other()), first));
        case OTHER -> out.add(new Word(between(answer, choice.other()), !first));
        case TIE, NEITHER -> {}
      }
    }
    return out;
  }

  @Override
  public int compareTo(Question o) {
    int c = kind.compareTo(o.kind);
    return c != 0 ? c : about.compareTo(o.about);
  }
}

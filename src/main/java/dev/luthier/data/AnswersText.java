package dev.luthier.data;

import dev.luthier.error.Check;

/** Judgements in words. */
final class AnswersText {
  private AnswersText() {}

  /** How a further answer stands to the first: "rather than: ". */
  static String relation(Judgement judgement, int answer) {
    if (judgement instanceof Judgement.Preferred preferred) {
      return preferred.probability() == 1
          ? "rather than: "
          : "with probability %s rather than: ".formatted(Check.text(preferred.probability()));
    }
    if (judgement instanceof Judgement.Graded graded) {
      return "grade %s instead of %s: "
          .formatted(Check.text(graded.grade(answer)), Check.text(graded.grade(0)));
    }
    return judgement.better(0, answer) ? "rather than: " : "as good as: ";
  }
}

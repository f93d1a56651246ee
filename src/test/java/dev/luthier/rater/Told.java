package dev.luthier.rater;

import dev.luthier.feedback.Answer;
import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Said;
import dev.luthier.feedback.Standing;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Feedback for tests; times are seconds after a beginning. */
final class Told {
  static final Instant BEGIN = Instant.parse("2026-03-01T12:00:00Z");

  private Told() {}

  static Answer answer(String id, String prompt, String text) {
    return new Answer(
        id,
        BEGIN,
        "v0000",
        "",
        "[{\"role\": \"user\", \"content\": \"" + prompt + "\"}]",
        text,
        List.of(),
        List.of(),
        Map.of());
  }

  static Answer answer(String id) {
    return answer(id, "What is it?", "It is " + id);
  }

  static Judged said(String id, String rater, Answer answer, double seconds, Said said) {
    Feedback feedback =
        new Feedback(id, answer.id(), rater, BEGIN.plusMillis(Math.round(1000 * seconds)), said);
    Optional<Answer> other =
        said instanceof Said.Choice choice ? Optional.of(answer(choice.other())) : Optional.empty();
    return new Judged(feedback, answer, other, Optional.empty());
  }

  static Judged prefers(String id, String rater, String better, String worse, double seconds) {
    return said(id, rater, answer(better), seconds, new Said.Choice(worse, Said.Preferred.THIS));
  }

  static Judged thumb(String id, String rater, String answer, double seconds, boolean up) {
    return said(id, rater, answer(answer), seconds, new Said.Thumb(up));
  }

  static Judged decided(Judged judged, Standing standing, double weight) {
    return new Judged(
        judged.feedback(),
        judged.answer(),
        judged.other(),
        Optional.of(
            new Decision(judged.feedback().id(), standing, weight, List.of("seen"), "Ada", BEGIN)));
  }
}

package dev.luthier.feedback;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Rows for tests. */
final class Rows {
  static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private Rows() {}

  static String asked(String question) {
    return JsonForm.text(List.of(Map.of("role", "user", "content", question)));
  }

  static Answer answer(String id, String question, String text) {
    return new Answer(
        id,
        NOON,
        "v0001",
        "r1",
        asked(question),
        text,
        List.of(1, 2),
        List.of(-0.5, -0.25),
        Map.of());
  }

  static Feedback thumb(String id, String answer, String rater, boolean up) {
    return new Feedback(id, answer, rater, NOON, new Said.Thumb(up));
  }

  static Decision accepted(String feedback, double weight) {
    return new Decision(
        feedback, Standing.ACCEPTED, weight, List.of("agrees"), Decision.FILTER, NOON);
  }
}

package dev.luthier.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.feedback.Asked;
import dev.luthier.feedback.Decision;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Standing;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the filter did not trust, for people: {@code GET /api/quarantine}, the oldest first; {@code
 * POST /api/quarantine/{feedback}} with {@code accept} and {@code by}; {@code GET /api/raters}.
 */
final class ReviewRoutes implements Routes {
  /** How much is shown at once. */
  private static final int SHOWN = 50;

  private static final int NAME = 200;

  private final FeedbackStore store;
  private final Body body;
  private final Clock clock;

  ReviewRoutes(FeedbackStore store, Body body, Clock clock) {
    this.store = store;
    this.body = body;
    this.clock = clock;
  }

  @Override
  public void add(RoutesConfig routes) {
    routes.get("/api/quarantine", this::quarantine);
    routes.post("/api/quarantine/{feedback}", this::decide);
    routes.get(
        "/api/raters",
        ctx ->
            Json.reply(
                ctx, 200, Map.of("raters", store.raters().stream().map(Shown::rated).toList())));
  }

  private void quarantine(Context ctx) {
    Asked held = Asked.of(Standing.QUARANTINED);
    Json.reply(
        ctx,
        200,
        Map.of(
            "items",
            store.feedback(held.limit(SHOWN)).stream().map(Shown::judged).toList(),
            "total",
            store.count(held)));
  }

  private void decide(Context ctx) {
    ObjectNode said = body.json(ctx);
    if (!said.path("accept").isBoolean()) {
      throw ApiError.wrong("accept", "accept must be true or false");
    }
    Decision decision = decide(ctx.pathParam("feedback"), said.path("accept").booleanValue(), said);
    Json.reply(ctx, 200, Shown.decision(decision));
  }

  /** One at a time, so that the second of two people learns what the first one decided. */
  private synchronized Decision decide(String feedback, boolean accept, ObjectNode said) {
    String by = by(said);
    Judged judged =
        store
            .feedback(feedback)
            .orElseThrow(
                () -> new ApiError(404, "feedback_not_found", "there is no feedback of this id"));
    if (judged.standing() != Standing.QUARANTINED) {
      throw new ApiError(
          409,
          "not_quarantined",
          judged
              .decision()
              .map(d -> "this was decided already: %s by %s".formatted(word(d), d.by()))
              .orElse("this feedback is not in quarantine"));
    }
    Decision decision =
        new Decision(
            feedback,
            accept ? Standing.ACCEPTED : Standing.REJECTED,
            accept ? 1 : 0,
            List.of("reviewed by a person"),
            by,
            clock.instant());
    store.decide(List.of(decision));
    return decision;
  }

  private static String word(Decision decision) {
    return decision.standing().name().toLowerCase(Locale.ROOT);
  }

  private static String by(ObjectNode said) {
    String by = said.path("by").asText("").strip();
    if (by.isEmpty() || by.length() > NAME || by.equals(Decision.FILTER)) {
      throw ApiError.wrong(
          "by",
          "by must be the name of the person who decides, of 1 to %d characters".formatted(NAME));
    }
    return by;
  }
}

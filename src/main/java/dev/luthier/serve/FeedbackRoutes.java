package dev.luthier.serve;

import dev.luthier.feedback.Asked;
import dev.luthier.feedback.Conflict;
import dev.luthier.feedback.Deleted;
import dev.luthier.feedback.Feedback;
import dev.luthier.feedback.FeedbackForm;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.FormError;
import dev.luthier.feedback.StoreFull;
import dev.luthier.feedback.StoreGone;
import dev.luthier.feedback.UnknownAnswer;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What raters say, and what is kept of them: {@code POST /v1/feedback}, {@code GET
 * /v1/feedback/export}, {@code DELETE /v1/feedback}. And how the store's errors are told, wherever
 * they arise.
 *
 * @param err hears of a database that fails, one line each
 */
record FeedbackRoutes(FeedbackStore store, Body body, Consumer<String> err) implements Routes {
  /** Who says it: any name, which is kept as a salted hash only. */
  static final String RATER = "Luthier-Rater";

  private static final int LONGEST = 200; // characters of a rater's name
  private static final int RETRY_SECONDS = 5;

  @Override
  public void add(RoutesConfig routes) {
    routes.post("/v1/feedback", this::post);
    routes.get("/v1/feedback/export", this::export);
    routes.delete("/v1/feedback", this::delete);
    routes.exception(
        FormError.class, (e, c) -> Json.reply(c, ApiError.wrong(e.field(), e.message())));
    routes.exception(
        UnknownAnswer.class,
        (e, c) -> Json.reply(c, new ApiError(404, "answer_not_found", text(e))));
    routes.exception(
        Conflict.class, (e, c) -> Json.reply(c, new ApiError(409, "id_conflict", text(e))));
    routes.exception(
        StoreFull.class,
        (e, c) -> {
          err.accept(text(e));
          Json.reply(
              c, new ApiError(507, "store_full", "the store has no room left; nothing was kept"));
        });
    routes.exception(
        StoreGone.class,
        (e, c) -> {
          err.accept(text(e));
          Json.reply(
              c,
              ApiError.later(
                  503,
                  "store_unavailable",
                  RETRY_SECONDS,
                  "the store does not answer; nothing was kept, try again"));
        });
  }

  private static String text(RuntimeException e) {
    return String.valueOf(e.getMessage());
  }

  /** 201 for what is new, 200 for what was sent before. */
  private void post(Context ctx) {
    String rater = rater(ctx);
    FeedbackForm form = FeedbackForm.read(body.json(ctx));
    String id = form.id().orElseGet(() -> "f" + UUID.randomUUID().toString().replace("-", ""));
    boolean added = store.add(new Feedback(id, form.answer(), rater, Instant.now(), form.said()));
    Json.reply(ctx, added ? 201 : 200, Map.of("id", id));
  }

  private void export(Context ctx) throws IOException {
    String rater = rater(ctx);
    store.count(Asked.of(rater)); // fails before the first line, if it does
    ctx.status(200).contentType("application/x-ndjson");
    ctx.header("Content-Disposition", "attachment; filename=\"feedback.jsonl\"");
    OutputStream out = ctx.outputStream();
    store.export(
        Optional.of(rater),
        line -> {
          try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void delete(Context ctx) {
    Deleted deleted = store.delete(rater(ctx));
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("answers", deleted.answers());
    out.put("feedback", deleted.feedback());
    out.put("decisions", deleted.decisions());
    Json.reply(ctx, 200, Map.of("deleted", out));
  }

  /**
   * The pseudonym of whoever asks.
   *
   * @throws ApiError 400
   */
  private String rater(Context ctx) {
    String name = ctx.header(RATER);
    if (name == null || name.isBlank()) {
      throw ApiError.wrong(RATER, "the header %s is missing; it says whose it is".formatted(RATER));
    }
    if (name.length() > LONGEST) {
      throw ApiError.wrong(
          RATER,
          "the header %s must have at most %d characters, had %d"
              .formatted(RATER, LONGEST, name.length()));
    }
    return store.pseudonym(name.strip());
  }
}

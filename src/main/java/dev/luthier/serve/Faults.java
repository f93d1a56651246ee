package dev.luthier.serve;

import dev.luthier.error.UserError;
import dev.luthier.feedback.Conflict;
import dev.luthier.feedback.StoreFull;
import dev.luthier.feedback.StoreGone;
import dev.luthier.feedback.UnknownAnswer;
import io.javalin.http.HttpResponseException;

/** What a client is told of an exception; nothing of the inside is among it. */
final class Faults {
  private static final int LATER = 10;

  private Faults() {}

  static ApiError told(Exception e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof ApiError api) {
      return api;
    }
    if (e instanceof UserError) {
      return new ApiError(400, "invalid_request", message);
    }
    if (e instanceof UnknownAnswer) {
      return new ApiError(404, "answer_not_found", message);
    }
    if (e instanceof Conflict) {
      return new ApiError(409, "conflict", message);
    }
    if (e instanceof StoreGone) {
      return ApiError.later(
          503,
          "store_unavailable",
          LATER,
          "the feedback store cannot be reached; nothing was kept");
    }
    if (e instanceof StoreFull) {
      return new ApiError(507, "store_full", "the feedback store has no room; nothing was kept");
    }
    if (e instanceof HttpResponseException http) {
      return new ApiError(http.getStatus(), "invalid_request", message);
    }
    return new ApiError(500, "internal_error", "the server failed; its log says why");
  }
}

package dev.luthier.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;

/** What goes over the wire. */
final class Json {
  private static final int DEPTH = 64;

  /** Strict: a key twice, or something behind the end, is a mistake that would go unseen. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static {
    MAPPER
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEPTH).build());
  }

  private Json() {}

  static String text(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @throws ApiError if it is no JSON object
   */
  static ObjectNode object(byte[] body) {
    try {
      JsonNode read = MAPPER.readTree(body);
      if (read instanceof ObjectNode object) {
        return object;
      }
      throw new ApiError(400, "invalid_json", "the body must be a JSON object");
    } catch (java.io.IOException e) {
      String reason = e instanceof JsonProcessingException j ? j.getOriginalMessage() : "";
      throw new ApiError(
          400,
          "invalid_json",
          "the body is no JSON: " + reason.lines().findFirst().orElse("it cannot be read"));
    }
  }

  /** Replies with JSON. */
  static void reply(Context ctx, int status, Object value) {
    ctx.status(status).contentType("application/json").result(text(value));
  }

  /** Replies with an error. */
  static void reply(Context ctx, ApiError error) {
    error.retryAfter().ifPresent(s -> ctx.header("Retry-After", Integer.toString(s)));
    if (error.status() == 401) {
      ctx.header("WWW-Authenticate", "Bearer");
    }
    reply(ctx, error.status(), error.body());
  }
}

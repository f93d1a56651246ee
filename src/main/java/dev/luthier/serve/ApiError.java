package dev.luthier.serve;

import java.io.Serial;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told that cannot have what it asked for, in the form of OpenAI's API: {@code
 * {"error": {"message", "type", "param", "code"}}}.
 */
final class ApiError extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final @Nullable String param;
  private final int retryAfter;

  private ApiError(
      int status, String code, @Nullable String param, int retryAfter, String message) {
    super(message, null, false, false); // an answer, not a fault: no stack trace
    this.status = status;
    this.code = code;
    this.param = param;
    this.retryAfter = retryAfter;
  }

  /**
   * @param status of HTTP
   * @param code a word for programs
   */
  ApiError(int status, String code, String message) {
    this(status, code, null, 0, message);
  }

  /** A value of the request is wrong: 400. */
  static ApiError wrong(String param, String message) {
    return new ApiError(400, "invalid_value", param, 0, message);
  }

  /** The same with a word of its own. */
  static ApiError wrong(String param, String code, String message) {
    return new ApiError(400, code, param, 0, message);
  }

  /** A parameter that there is, but not here: 400. */
  static ApiError unsupported(String param, String message) {
    return new ApiError(400, "unsupported_parameter", param, 0, message);
  }

  /** A model that there is not: 404. */
  static ApiError noModel(String message) {
    return new ApiError(404, "model_not_found", "model", 0, message);
  }

  /**
   * Too much at once: 429 or 503.
   *
   * @param seconds when to try again
   */
  static ApiError later(int status, String code, int seconds, String message) {
    return new ApiError(status, code, null, seconds, message);
  }

  /** The same for a parameter that is a part of another. */
  ApiError in(String path) {
    String inner = param == null ? path : path + "." + param;
    return new ApiError(status, code, inner, retryAfter, path + "." + message());
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  /** Seconds until another try makes sense; none where it makes none. */
  Optional<Integer> retryAfter() {
    return retryAfter > 0 ? Optional.of(retryAfter) : Optional.empty();
  }

  String message() {
    return String.valueOf(getMessage());
  }

  /** The body of the reply. */
  Map<String, Object> body() {
    Map<String, @Nullable Object> error = new LinkedHashMap<>();
    error.put("message", message());
    error.put("type", type());
    error.put("param", param);
    error.put("code", code);
    return Map.of("error", error);
  }

  private String type() {
    if (status == 401) {
      return "authentication_error";
    }
    if (status == 403) {
      return "permission_error";
    }
    if (status == 429) {
      return "rate_limit_error";
    }
    return status >= 500 ? "server_error" : "invalid_request_error";
  }
}

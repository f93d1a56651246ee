package dev.luthier.feedback;

import java.io.Serial;

/** A field of feedback as JSON is wrong: 400 over HTTP. */
public final class FormError extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String field;

  FormError(String field, String message) {
    super(message, null, false, false); // an answer, not a fault: no stack trace
    this.field = field;
  }

  /** The field that is wrong. */
  public String field() {
    return field;
  }

  public String message() {
    return String.valueOf(getMessage());
  }
}

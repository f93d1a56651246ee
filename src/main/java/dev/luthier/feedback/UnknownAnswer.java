package dev.luthier.feedback;

import java.io.Serial;

/** Feedback names an answer that is not in the store: 404 over HTTP. */
public final class UnknownAnswer extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  UnknownAnswer(String message) {
    super(message);
  }
}

package dev.luthier.feedback;

import java.io.Serial;

/** The database cannot be reached, or does not answer: 503 over HTTP. */
public final class StoreGone extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  StoreGone(String message) {
    super(message);
  }

  StoreGone(String message, Throwable cause) {
    super(message, cause);
  }
}

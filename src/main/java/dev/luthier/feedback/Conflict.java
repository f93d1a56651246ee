package dev.luthier.feedback;

import java.io.Serial;

/** The id is taken by something else: 409 over HTTP. */
public final class Conflict extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  Conflict(String message) {
    super(message);
  }
}

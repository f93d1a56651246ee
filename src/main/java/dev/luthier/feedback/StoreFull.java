package dev.luthier.feedback;

import java.io.Serial;

/** The database has no room left: 507 over HTTP. */
public final class StoreFull extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  StoreFull(String message, Throwable cause) {
    super(message, cause);
  }
}

package dev.luthier.endpoint;

import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request failed in a way that may pass. */
final class EndpointCut extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  private final @Nullable Duration pause;

  EndpointCut(String message, @Nullable Duration pause) {
    super(message);
    this.pause = pause;
  }

  EndpointCut(String message, Throwable cause) {
    super(message, cause);
    this.pause = null;
  }

  /** How long the endpoint asks to wait. */
  Optional<Duration> askedPause() {
    return Optional.ofNullable(pause);
  }
}

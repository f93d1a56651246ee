package dev.luthier.io;

import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.util.Optional;

/** The connection broke, or the server is busy: worth another attempt. */
final class HubCut extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  private final long waitSeconds;

  HubCut(String message) {
    this(message, -1);
  }

  HubCut(String message, Throwable cause) {
    super(message, cause);
    this.waitSeconds = -1;
  }

  /**
   * @param waitSeconds what the server asks for, negative for nothing
   */
  HubCut(String message, long waitSeconds) {
    super(message);
    this.waitSeconds = waitSeconds;
  }

  Optional<Duration> askedPause() {
    return waitSeconds < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(waitSeconds));
  }
}

package dev.luthier.io;

import java.io.IOException;
import java.io.Serial;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request to a service failed in a way that may pass. */
public final class ServiceCut extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  private final @Nullable Duration pause;

  /**
   * @param pause what the service asks for, where it does
   */
  public ServiceCut(String message, Optional<Duration> pause) {
    super(message);
    this.pause = pause.orElse(null);
  }

  public ServiceCut(String message, Throwable cause) {
    super(message, cause);
    this.pause = null;
  }

  /** How long the service asks to wait. */
  Optional<Duration> askedPause() {
    return Optional.ofNullable(pause);
  }
}

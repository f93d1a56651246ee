package dev.luthier.io;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * When a service wants to be asked again (RFC 9110, section 10.2.3): seconds, of which some say
 * parts, or a date.
 */
public final class RetryAfter {
  private RetryAfter() {}

  /** How long to wait, where the service says so. */
  public static Optional<Duration> of(HttpHeaders headers) {
    return headers.firstValue("Retry-After").flatMap(text -> of(text.strip(), Instant.now()));
  }

  static Optional<Duration> of(String text, Instant now) {
    try {
      Duration wait =
          text.matches("\\d{1,9}(\\.\\d{1,9})?")
              ? Duration.ofMillis(Math.round(1000 * Double.parseDouble(text)))
              : Duration.between(
                  now, ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}

package dev.luthier.reward;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** When a service wants to be asked again (RFC 9110, section 10.2.3): seconds, or a date. */
final class RetryAfter {
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private RetryAfter() {}

  /** How long to wait; at most five minutes, after which it may say so again. */
  static Optional<Duration> of(HttpHeaders headers) {
    return headers.firstValue("Retry-After").flatMap(text -> of(text.strip(), Instant.now()));
  }

  static Optional<Duration> of(String text, Instant now) {
    try {
      Duration wait =
          text.matches("\\d{1,9}")
              ? Duration.ofSeconds(Long.parseLong(text))
              : Duration.between(
                  now, ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      Duration later = wait.isNegative() ? Duration.ZERO : wait;
      return Optional.of(later.compareTo(LONGEST) > 0 ? LONGEST : later);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}

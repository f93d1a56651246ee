package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7 | 7",
        "0 | 0",
        "1.5 | 1.5",
        "Thu, 01 Jan 2026 00:00:30 GMT | 30",
        "Wed, 31 Dec 2025 00:00:00 GMT | 0",
      })
  void comesBackWhenAsked(String header, double seconds) {
    assertThat(RetryAfter.of(header, Instant.parse("2026-01-01T00:00:00Z")))
        .contains(Duration.ofMillis(Math.round(1000 * seconds)));
  }

  @Test
  void aHeaderOfNoSense() {
    assertThat(RetryAfter.of("soon", Instant.EPOCH)).isEmpty();
  }
}

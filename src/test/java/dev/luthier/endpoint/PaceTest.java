package dev.luthier.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PaceTest {
  private final FakeTime time = new FakeTime();

  private static Limits limits(Integer requests, Integer tokens) {
    return new Limits(Optional.ofNullable(requests), Optional.ofNullable(tokens), 1);
  }

  private long next(Pace pace, long tokens) {
    Duration pause = pace.next(tokens).pause();
    time.pause(pause);
    return pause.toMillis();
  }

  /** Two at once, then the third when the first is 60 s old; the fourth with it. */
  @Test
  void requests() {
    Pace pace = new Pace(limits(2, null), time);
    assertThat(next(pace, 1)).isZero();
    time.pause(Duration.ofSeconds(10));
    assertThat(next(pace, 1)).isZero();
    assertThat(next(pace, 1)).isEqualTo(50_000); // 60 s after the first
    assertThat(next(pace, 1)).isEqualTo(10_000); // 60 s after the second
  }

  /** 100 a minute: 60 + 40 fit, then 30 must wait for the 60 to be over. */
  @Test
  void tokens() {
    Pace pace = new Pace(limits(null, 100), time);
    assertThat(next(pace, 60)).isZero();
    time.pause(Duration.ofSeconds(5));
    assertThat(next(pace, 40)).isZero();
    assertThat(next(pace, 30)).isEqualTo(55_000);
  }

  /** A request that was thought to take 90 took 10, so that the next fits at once. */
  @Test
  void whatARequestTookInTruthCounts() {
    Pace pace = new Pace(limits(null, 100), time);
    Pace.Turn turn = pace.next(90);
    pace.tell(turn, 10);
    assertThat(next(pace, 90)).isZero();
    assertThat(next(pace, 1)).isEqualTo(60_000); // 10 + 90 + 1 > 100, both from second 0
  }

  /** One that is larger than all that is allowed goes alone, not never. */
  @Test
  void aLargeOneGoesAlone() {
    Pace pace = new Pace(limits(null, 100), time);
    assertThat(next(pace, 500)).isZero();
    assertThat(next(pace, 1)).isEqualTo(60_000);
  }

  /** Whatever is asked for, no window of 60 s has more than 3 requests or 50 tokens. */
  @Test
  void noWindowHasMore() {
    Pace pace = new Pace(limits(3, 50), time);
    List<long[]> sent = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      long tokens = 1 + (i * 7) % 30;
      next(pace, tokens);
      sent.add(new long[] {time.millis(), tokens});
      time.pause(Duration.ofSeconds(i % 4));
    }
    for (long[] first : sent) {
      List<long[]> window =
          sent.stream().filter(s -> s[0] >= first[0] && s[0] < first[0] + 60_000).toList();
      assertThat(window).hasSizeLessThanOrEqualTo(3);
      assertThat(window.stream().mapToLong(s -> s[1]).sum()).isLessThanOrEqualTo(50);
    }
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> limits(0, null))
        .isInstanceOf(UserError.class)
        .hasMessage("limits.requests_per_minute must be >= 1, was 0");
    assertThatThrownBy(() -> new Limits(Optional.empty(), Optional.empty(), 0))
        .hasMessage("limits.concurrency must be >= 1, was 0");
  }
}

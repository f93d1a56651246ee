package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetriesTest {
  private final List<Long> pauses = new ArrayList<>(); // seconds
  private final List<String> notes = new ArrayList<>();
  private final Deque<ServiceCut> failures = new ArrayDeque<>();

  private String run(int attempts) throws Exception {
    return new Retries(
            attempts,
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(100),
            pause -> pauses.add(pause.toSeconds()),
            notes::add)
        .run(
            () -> {
              if (!failures.isEmpty()) {
                throw failures.remove();
              }
              return "done";
            });
  }

  private void fails(String message, int asked) {
    failures.add(
        new ServiceCut(
            message, Optional.of(asked).filter(s -> s > 0).map(s -> Duration.ofSeconds(s))));
  }

  /** 1, 2 and 4 s, then 5, not 8; the one that asks for 7 gets them. */
  @Test
  void pausesGrowAndAServiceMayAskForOthers() throws Exception {
    fails("a", 0);
    fails("b", 0);
    fails("c", 7);
    fails("d", 0);
    fails("e", 0);
    assertThat(run(6)).isEqualTo("done");
    assertThat(pauses).containsExactly(1L, 2L, 7L, 5L, 5L);
    assertThat(notes).first().isEqualTo("a; attempt 2 of 6 in 1 s");
  }

  @Test
  void theLastFailureIsTold() {
    fails("a", 0);
    fails("b", 0);
    Retries.GaveUp end = catchThrowableOfType(Retries.GaveUp.class, () -> run(2));
    assertThat(end.cut()).hasMessage("b");
    assertThat(end.attempts()).isEqualTo(2);
    assertThat(end.tooLong()).isEmpty();
    assertThat(pauses).containsExactly(1L);
  }

  @Test
  void aServiceThatAsksForTooMuchIsGivenUpAtOnce() {
    fails("a", 101);
    Retries.GaveUp end = catchThrowableOfType(Retries.GaveUp.class, () -> run(9));
    assertThat(end.tooLong()).contains(Duration.ofSeconds(101));
    assertThat(pauses).isEmpty();
  }
}

package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.tensor.PeakMemory;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunResultTest {
  private static RunResult answering(double share) {
    return new RunResult(
        1, 1, 2, 2, 0.5, share, new PeakMemory(1, 0), 0, Map.of(), Map.of(), Map.of());
  }

  @Test
  void theShareOfAnsweringIsToldWhereAModelAnswers() {
    assertThat(answering(0.428).cost()).containsEntry("answering", "43 % of the steps' time");
    assertThat(answering(0).cost()).doesNotContainKey("answering");
  }
}

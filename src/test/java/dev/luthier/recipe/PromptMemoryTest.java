package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.data.PromptRow;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PromptMemoryTest {
  private static final List<PromptRow> PROMPTS =
      IntStream.range(0, 6).mapToObj(i -> new PromptRow(new int[] {i}, 2, 8)).toList();

  /** Two answers to each of some prompts, which are worth as much. */
  private static Drawn drawn(List<PromptRow> prompts, double... scores) {
    Completion answer =
        new Completion(new int[1], "", new float[1], new float[1], Completion.Finish.END);
    return new Drawn(
        prompts,
        IntStream.range(0, scores.length).mapToObj(i -> answer).toList(),
        Arrays.stream(scores).mapToObj(Score::of).toList(),
        0);
  }

  /** Answers to 1 and 4 differed, those to 0 (right) and 2 (wrong) did not, 3 and 5 had none. */
  @Test
  void promptsWhoseAnswersDifferedComeFirst() {
    try (Scope scope = new Scope()) {
      PromptMemory memory = new PromptMemory(PROMPTS);
      memory.note(drawn(PROMPTS.subList(0, 2), 1, 1, 0, 1));
      memory.note(drawn(List.of(PROMPTS.get(2), PROMPTS.get(4)), 0, 0, 1, 0));
      for (long seed = 0; seed < 8; seed++) {
        List<PromptRow> order = memory.order(seed);
        assertThat(order.subList(0, 2)).containsExactlyInAnyOrder(PROMPTS.get(1), PROMPTS.get(4));
        assertThat(order.subList(2, 4)).containsExactlyInAnyOrder(PROMPTS.get(3), PROMPTS.get(5));
        assertThat(order.subList(4, 6)).containsExactly(PROMPTS.get(2), PROMPTS.get(0));
      }
    }
  }

  /** What was true once is not for good, and a run that goes on knows it. */
  @Test
  void theLastTimeCounts() {
    try (Scope scope = new Scope()) {
      PromptMemory memory = new PromptMemory(PROMPTS);
      memory.note(drawn(PROMPTS.subList(0, 1), 1, 0));
      memory.note(drawn(PROMPTS.subList(0, 1), 1, 1));
      assertThat(memory.order(1).get(5)).isSameAs(PROMPTS.get(0));
      PromptMemory later = new PromptMemory(PROMPTS);
      Ops.without(() -> later.state().get(0).value().copy_(memory.state().get(0).value()));
      assertThat(later.order(1)).isEqualTo(memory.order(1));
    }
  }
}

package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.data.PromptRow;
import dev.luthier.loss.OverlongPenalty;
import dev.luthier.reward.Score;
import dev.luthier.rollout.Completion;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DrawnTest {
  private static PromptRow prompt(int id) {
    return new PromptRow(new int[] {id}, 2, 8);
  }

  private static Completion answer(int tokens) {
    return new Completion(
        new int[tokens], "", new float[tokens], new float[tokens], Completion.Finish.END);
  }

  /** Two answers to each prompt. */
  private static Drawn drawn(List<PromptRow> prompts, double... scores) {
    return new Drawn(
        prompts,
        IntStream.range(0, scores.length).mapToObj(i -> answer(1)).toList(),
        Arrays.stream(scores).mapToObj(Score::of).toList(),
        0);
  }

  /** Of four prompts the second and the fourth are flat; of three others the second is flat too. */
  @Test
  void othersTakeThePlaceOfFlatOnes() {
    List<PromptRow> a = IntStream.range(0, 4).mapToObj(DrawnTest::prompt).toList();
    List<PromptRow> b = IntStream.range(4, 6).mapToObj(DrawnTest::prompt).toList();
    Drawn first = drawn(a, 0, 1, 1, 1, 1, 0, 0, 0);
    assertThat(first.flat()).containsExactly(1, 3);
    Drawn both = first.with(drawn(b, 0.5, 0.5, 0, 0.25));
    assertThat(both.prompts()).containsExactly(a.get(0), b.get(1), a.get(2), a.get(3));
    assertThat(both.scores().stream().map(Score::total))
        .containsExactly(0.0, 1.0, 0.0, 0.25, 1.0, 0.0, 0.0, 0.0);
    assertThat(both.flat()).containsExactly(3);
    assertThat(both.redrawn()).isEqualTo(1);
  }

  /** Limit 8, cache 4: free up to 4 tokens, then a fourth for each. */
  @Test
  void longAnswersPay() {
    List<Score> paid =
        Overlong.paid(
            new OverlongPenalty(8, 4),
            List.of(answer(4), answer(5), answer(8)),
            List.of(new Score(1, Map.of("right", 1.0)), Score.of(1), Score.of(1)));
    assertThat(paid.stream().map(Score::total)).containsExactly(1.0, 0.75, 0.0);
    assertThat(paid.get(1).parts()).containsEntry("overlong", -0.25);
    assertThat(paid.get(0).parts()).containsEntry("right", 1.0);
  }
}

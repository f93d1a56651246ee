package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.data.AnswersRow;
import dev.luthier.data.Judgement;
import dev.luthier.data.TokenRow;
import java.util.List;
import org.junit.jupiter.api.Test;

class MismatchedTest {
  /** A prompt of two tokens and an answer of one. */
  private static AnswersRow row(int prompt, int answer, boolean good) {
    return new AnswersRow(
        List.of(new TokenRow(new int[] {1, prompt, answer}, new boolean[] {false, false, true})),
        new Judgement.Labelled(good),
        2);
  }

  /** Of two pairs, both rows of the first point to the second, and the other way round. */
  @Test
  void theTwoAnswersOfAPairAreNotEachOthers() {
    List<AnswersRow> rows =
        List.of(row(5, 10, true), row(5, 11, false), row(6, 12, true), row(6, 13, false));
    assertThat(Mismatched.others(rows)).containsExactly(2, 2, 0, 0);
  }

  @Test
  void alone() {
    assertThat(Mismatched.others(List.of(row(5, 10, true)))).containsExactly(0);
    assertThat(Mismatched.others(List.of())).isEmpty();
    assertThat(Mismatched.others(List.of(row(5, 10, true), row(5, 11, true)))).hasSize(2);
  }

  /** Tokens 1 5 of the first row, then 12 of the second, which is learnt; cut to the room left. */
  @Test
  void promptOfOneAndAnswerOfTheOther() {
    AnswersRow swapped = Mismatched.swapped(row(5, 10, true), row(6, 12, false), 8);
    assertThat(swapped.each().get(0).ids()).containsExactly(1, 5, 12);
    assertThat(swapped.each().get(0).trained()).containsExactly(false, false, true);
  }
}

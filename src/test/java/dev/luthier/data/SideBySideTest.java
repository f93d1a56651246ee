package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows with their answers beside each other. */
class SideBySideTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static AnswersRow row(Judgement judgement) {
    TokenRow one = new TokenRow(new int[] {1, 2, 3}, new boolean[] {false, false, true});
    return new AnswersRow(Collections.nCopies(judgement.answers(), one), judgement, 2);
  }

  private final AnswersBatch batch =
      AnswersBatch.of(
          List.of(
              row(new Judgement.Ranked(List.of(0, 1, 1))), // answers 0, 1, 2
              row(Judgement.Preferred.PLAIN), // 3, 4
              row(
                  new Judgement.Graded(
                      List.of("a", "b"), List.of(List.of(1.0, 2.0), List.of(4.0, 6.0))))), // 5, 6
          Compute.CPU);

  @Test
  void allRows() {
    SideBySide all = SideBySide.of(batch);
    assertThat(Ops.shape(all.ranks(Compute.CPU))).containsExactly(3, 3);
    assertThat(Ops.toLongs(all.ranks(Compute.CPU))).containsExactly(1, 2, 2, 1, 2, 0, 1, 2, 0);
    float[] placed =
        Ops.toFloats(
            all.gather(Ops.floats(new float[] {0, 1, 2, 3, 4, 5, 6}, Compute.CPU), Compute.CPU));
    assertThat(placed).startsWith(0, 1, 2, 3, 4).hasSize(9);
    assertThat(placed[6]).isEqualTo(5);
    assertThat(placed[7]).isEqualTo(6);
  }

  /** Grades in two aspects count by their mean. */
  @Test
  void ofOneKind() {
    SideBySide graded = SideBySide.of(batch, Judgement.Graded.class);
    assertThat(graded.rows()).isEqualTo(1);
    assertThat(Ops.toFloats(graded.grades(Compute.CPU))).containsExactly(1.5f, 5);
    assertThat(Ops.toLongs(SideBySide.of(batch, Judgement.Ranked.class).ranks(Compute.CPU)))
        .containsExactly(1, 2, 2);
    assertThat(SideBySide.of(batch, Judgement.Labelled.class).rows()).isZero();
  }

  @Test
  void noGradeWhereNoAnswerIs() {
    AnswersBatch uneven =
        AnswersBatch.of(
            List.of(
                row(
                    new Judgement.Graded(
                        List.of("a"), List.of(List.of(1.0), List.of(2.0), List.of(3.0)))),
                row(new Judgement.Graded(List.of("a"), List.of(List.of(5.0), List.of(4.0))))),
            Compute.CPU);
    assertThat(Ops.toFloats(SideBySide.of(uneven).grades(Compute.CPU)))
        .containsExactly(1, 2, 3, 5, 4, Float.NaN);
  }
}

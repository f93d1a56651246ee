package dev.luthier.data;

import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A question and the row that each of its choices makes.
 *
 * @param each the question answered by each choice, in the choices' order; the learnt tokens of
 *     such a row are the choice
 * @param right the place of the right choice
 */
public record ChoiceRow<R extends TrainingRow>(Question question, List<R> each, int right)
    implements TrainingRow {
  public ChoiceRow {
    each = List.copyOf(each);
  }

  /** Those of the longest of its rows, which are read side by side. */
  @Override
  public int[] ids() {
    return each.stream().max(Comparator.comparingInt(TrainingRow::length)).orElseThrow().ids();
  }

  @Override
  public int tokens() {
    return each.stream().mapToInt(TrainingRow::tokens).sum();
  }

  @Override
  public int sequences() {
    return each.size();
  }

  @Override
  public boolean even() {
    return each.stream().mapToInt(TrainingRow::length).distinct().count() == 1;
  }

  /** The question is one thing to learn, however many choices it has. */
  @Override
  public int targets() {
    return 1;
  }

  @Override
  public IntBuffer input() {
    return IntBuffer.wrap(
        each.stream()
            .map(R::identity)
            .flatMapToInt(tokens -> Arrays.stream(tokens.array()))
            .toArray());
  }

  @Override
  public IntBuffer identity() {
    return LabelledRow.with(input().array(), right);
  }

  /** The places of two choices that are the same tokens, or none. */
  int[] alike() {
    for (int i = 0; i < each.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (each.get(i).identity().equals(each.get(j).identity())) {
          return new int[] {j, i};
        }
      }
    }
    return new int[0];
  }
}

package dev.luthier.data;

import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A prompt in tokens with each of its answers, and what is known of their worth.
 *
 * @param each the prompt with one answer; the learnt tokens of such a row are the answer
 * @param judgement about as many answers
 * @param prompt how many tokens all of them begin with, which are no answer's
 */
public record AnswersRow(List<TokenRow> each, Judgement judgement, int prompt)
    implements TrainingRow {
  public AnswersRow {
    each = List.copyOf(each);
    if (each.size() != judgement.answers() || each.isEmpty()) {
      throw new IllegalArgumentException(
          "%d answers, of which %d are judged".formatted(each.size(), judgement.answers()));
    }
  }

  /** Those of the longest of its sequences, which are read side by side. */
  @Override
  public int[] ids() {
    return each.stream().max(Comparator.comparingInt(TokenRow::length)).orElseThrow().ids();
  }

  @Override
  public int tokens() {
    return each.stream().mapToInt(TokenRow::tokens).sum();
  }

  @Override
  public int sequences() {
    return each.size();
  }

  @Override
  public boolean even() {
    return each.stream().mapToInt(TokenRow::length).distinct().count() == 1;
  }

  /** The judgement is one thing to learn, however many answers it is about. */
  @Override
  public int targets() {
    return 1;
  }

  /** The answers in an order of their own, so that a pair and the same pair turned are equal. */
  @Override
  public IntBuffer input() {
    return IntBuffer.wrap(canonical(order()).toArray());
  }

  /** The same, with what is said of each answer. */
  @Override
  public IntBuffer identity() {
    int[] order = order();
    IntStream said =
        IntStream.of(order)
            .boxed()
            .flatMap(answer -> judgement.of(answer).stream())
            .map(value -> Double.doubleToLongBits(value + 0.0)) // -0 is 0
            .flatMapToInt(bits -> IntStream.of((int) (bits >>> 32), (int) bits.longValue()));
    return IntBuffer.wrap(IntStream.concat(canonical(order), said).toArray());
  }

  private int[] order() {
    return IntStream.range(0, each.size())
        .boxed()
        .sorted((i, j) -> Arrays.compare(each.get(i).ids(), each.get(j).ids()))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private IntStream canonical(int[] order) {
    return IntStream.of(order)
        .mapToObj(answer -> each.get(answer).ids())
        .flatMap(ids -> Stream.of(new int[] {-ids.length}, ids)) // a length is no token
        .flatMapToInt(Arrays::stream);
  }

  /** The places of two answers that are the same tokens, or none. */
  int[] alike() {
    for (int i = 0; i < each.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (Arrays.equals(each.get(i).ids(), each.get(j).ids())) {
          return new int[] {j, i};
        }
      }
    }
    return new int[0];
  }
}

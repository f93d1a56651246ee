package dev.luthier.data;

import java.util.stream.IntStream;

/**
 * A text, or two, with the tokens that the model's post-processor adds.
 *
 * @param ids the tokens
 * @param types the token type ids, as BERT's segments
 * @param parts for each token the text it stands for, 0 or 1; -1 for one that was added
 * @param words for each token the word it belongs to, counted from 0 in its text; -1 for one that
 *     was added
 */
public record Encoded(int[] ids, int[] types, int[] parts, int[] words) {

  public int length() {
    return ids.length;
  }

  /**
   * Cuts the ends off until no more than so many tokens are left, the added ones staying: of two
   * texts the longer first, and where both give way, each half of what is left (the strategy
   * longest_first of transformers' fast tokenizers).
   *
   * @return at least the added tokens
   */
  public Encoded cut(int maxLength) {
    if (length() <= maxLength) {
      return this;
    }
    int first = count(0);
    int second = count(1);
    int room = Math.max(0, maxLength - (length() - first - second));
    int shorter = Math.min(first, second);
    int longer;
    if (shorter > room) {
      longer = shorter; // both give way
    } else {
      longer = Math.max(shorter, room - shorter);
    }
    if (shorter + longer > room) {
      shorter = room / 2;
      longer = shorter + room % 2;
    }
    return first > second ? keep(longer, shorter) : keep(shorter, longer);
  }

  private int count(int part) {
    return (int) IntStream.of(parts).filter(p -> p == part).count();
  }

  private Encoded keep(int first, int second) {
    int[] left = {first, second};
    int[] kept =
        IntStream.range(0, length()).filter(i -> parts[i] < 0 || left[parts[i]]-- > 0).toArray();
    return new Encoded(at(ids, kept), at(types, kept), at(parts, kept), at(words, kept));
  }

  private static int[] at(int[] values, int[] places) {
    return IntStream.of(places).map(i -> values[i]).toArray();
  }
}

package dev.luthier.data;

import java.util.Arrays;

/**
 * One training sequence.
 *
 * @param ids its tokens, at least one
 * @param trained for each token, whether the model is trained to predict it; the first token never
 *     is, since nothing stands before it
 */
public record TokenRow(int[] ids, boolean[] trained) implements TrainingRow {
  public TokenRow {
    if (ids.length == 0 || ids.length != trained.length) {
      throw new IllegalArgumentException(
          ids.length + " tokens with " + trained.length + " training marks");
    }
  }

  /** How many tokens are predicted: marks behind the first token. */
  @Override
  public int targets() {
    int n = 0;
    for (int i = 1; i < trained.length; i++) {
      n += trained[i] ? 1 : 0;
    }
    return n;
  }

  /** A prompt with an answer, whose tokens are the trained ones. */
  public static TokenRow answering(int[] prompt, int[] answer) {
    int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length);
    System.arraycopy(answer, 0, ids, prompt.length, answer.length);
    boolean[] trained = new boolean[ids.length];
    Arrays.fill(trained, Math.max(1, prompt.length), ids.length, true);
    return new TokenRow(ids, trained);
  }
}

package dev.luthier.data;

/**
 * A prompt that the model is to answer itself, several times.
 *
 * @param ids the prompt, up to where the answer begins
 * @param samples how often it is answered
 * @param most how many tokens an answer may have
 */
public record PromptRow(int[] ids, int samples, int most) implements TrainingRow {
  public PromptRow {
    if (ids.length == 0 || samples < 1 || most < 1) {
      throw new IllegalArgumentException(
          "%d tokens, %d answers of up to %d tokens".formatted(ids.length, samples, most));
    }
  }

  /** With the longest answer. */
  @Override
  public int length() {
    return ids.length + most;
  }

  /** With the longest answers; the prompt is computed once. */
  @Override
  public int tokens() {
    return ids.length + samples * most;
  }

  @Override
  public int sequences() {
    return samples;
  }

  /** The prompt is one thing to learn, however many answers it gets. */
  @Override
  public int targets() {
    return 1;
  }
}

package dev.luthier.rollout;

/**
 * What a model wrote after a prompt.
 *
 * @param ids (T) the tokens drawn, with the end token or the tokens of the stop string where one
 *     ended it: exactly what a policy gradient must see
 * @param text their text, without special tokens, cut before the stop string
 * @param logProbs (T) log p(token | all before it) under the model itself: temperature 1, nothing
 *     filtered
 * @param drawLogProbs (T) the same under the distribution that was drawn from, after penalty,
 *     temperature and filters; 0 where the choice was greedy
 * @param finish why it ended
 */
public record Completion(
    int[] ids, String text, float[] logProbs, float[] drawLogProbs, Finish finish) {

  /** Why a completion ended. */
  public enum Finish {
    /** An end token was drawn. */
    END,
    /** The text reached a stop string. */
    STOP_STRING,
    /** It used all its new tokens or the model's context. */
    LENGTH
  }
}

package dev.luthier.model;

/**
 * What a sequence that is to be written begins with. Samples of one prompt share their request: it
 * is the same object.
 *
 * @param tokens the prompt
 * @param adapter the name of the adapter that is in force for this sequence alone; empty where the
 *     model is as it is
 */
public record Request(int[] tokens, String adapter) {
  /** A prompt for the model as it is. */
  public static Request of(int[] tokens) {
    return new Request(tokens, "");
  }
}

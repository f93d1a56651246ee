package dev.luthier.judge;

import dev.luthier.data.Example;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Two answers to one prompt.
 *
 * @param a the prompt with one of them
 * @param b the same prompt with the other
 * @param columns what else the row says, by column name
 * @param place where the row stands, for messages
 * @param label how probable it is by the file that a is better; empty where it says nothing
 */
public record Pair(
    Example.Answered a,
    Example.Answered b,
    Map<String, Object> columns,
    String place,
    OptionalDouble label) {
  /** The prompt as a person may read it: a single message's text, several with their roles. */
  public String prompt() {
    return prompt(a);
  }

  static String prompt(Example.Answered answered) {
    return answered instanceof Example.ChatCompletion chat
        ? new Example.ChatCompletion(List.of(), chat.prompt(), List.of()).said()
        : String.valueOf(answered.prompt());
  }

  /** The same, the other answer first. */
  public Pair swapped() {
    return new Pair(
        b,
        a,
        columns,
        place,
        label.isPresent() ? OptionalDouble.of(1 - label.getAsDouble()) : label);
  }

  /** Prompt and answers as one text, by which a pair is known again. */
  public String text() {
    return String.join("\u0000", prompt(), a.said(), b.said());
  }
}

package dev.luthier.reward;

import dev.luthier.data.Example;
import dev.luthier.data.Message;
import java.util.List;
import java.util.Map;

/**
 * An answer to be scored.
 *
 * @param answered the prompt and the answer, as text or messages
 * @param columns what else the row says that the prompt is from, by column name, as the file has it
 * @param number which of the row's answers it is: of a pair 0 is the chosen one and 1 the rejected;
 *     0 for one that a model wrote
 * @param place where the row stands, for messages
 */
public record Asked(
    Example.Answered answered, Map<String, Object> columns, int number, String place) {
  /** The same prompt with another answer. */
  public Asked saying(String answer) {
    Example.Answered other =
        answered instanceof Example.ChatCompletion chat
            ? new Example.ChatCompletion(
                chat.prompt(), List.of(Message.of(Message.ASSISTANT, answer)), chat.tools())
            : new Example.PromptCompletion((String) answered.prompt(), answer);
    return new Asked(other, columns, number, place);
  }
}

package dev.luthier.data;

import java.util.List;
import java.util.Optional;

/**
 * Of any example that has one, the prompt that its answers answer. A conversation is asked up to
 * its last answer; that, or a completion, is what the data expects. Of judged answers none is
 * expected.
 */
public record PromptOf() implements Conversion {
  @Override
  public List<Example> of(Example example) {
    return List.of(prompt(example));
  }

  private static Example.Prompt prompt(Example example) {
    if (example instanceof Example.Prompt already) {
      return already;
    }
    if (example instanceof Example.Answers judged) {
      Example.Prompt first = prompt(judged.each().get(0));
      return new Example.Prompt(first.prompt(), first.tools(), Optional.empty());
    }
    if (example instanceof Example.PromptCompletion plain) {
      return new Example.Prompt(plain.prompt(), List.of(), Optional.of(plain.completion().strip()));
    }
    if (example instanceof Example.ChatCompletion chat) {
      return new Example.Prompt(chat.prompt(), chat.tools(), Optional.of(chat.said()));
    }
    if (example instanceof Example.Chat chat) {
      List<Message> all = chat.messages();
      int last = all.size() - 1;
      return last > 0 && all.get(last).isAssistant()
          ? new Example.Prompt(all.subList(0, last), chat.tools(), all.get(last).text())
          : new Example.Prompt(all, chat.tools(), Optional.empty());
    }
    throw new RefusedRow("there is no prompt to answer; give prompt, or messages");
  }
}

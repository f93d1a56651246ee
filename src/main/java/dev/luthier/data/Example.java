package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One training example as text, before the tokenizer. */
public sealed interface Example {

  /**
   * A conversation.
   *
   * @param messages at least one
   * @param tools the tools' JSON schemas as the template is to see them; empty without tools
   */
  record Chat(List<Message> messages, List<Map<String, Object>> tools) implements Example {
    public Chat {
      messages = List.copyOf(messages);
      tools = List.copyOf(tools);
    }
  }

  /** A conversation cut in two: what is given, and what is to be said. */
  record ChatCompletion(
      List<Message> prompt, List<Message> completion, List<Map<String, Object>> tools)
      implements Example {
    public ChatCompletion {
      prompt = List.copyOf(prompt);
      completion = List.copyOf(completion);
      tools = List.copyOf(tools);
    }

    /** Prompt and completion together. */
    public List<Message> messages() {
      List<Message> all = new ArrayList<>(prompt);
      all.addAll(completion);
      return all;
    }
  }

  /** Plain text cut in two. No template touches it. */
  record PromptCompletion(String prompt, String completion) implements Example {}

  /** Plain text, all of which is learnt. */
  record Text(String text) implements Example {}
}

package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

  /**
   * One text, or two that belong together, and the class it is in.
   *
   * @param pair the second text, as the hypothesis beside a premise
   * @param label as the file has it: a text, or a whole number in digits
   */
  record Labelled(String text, Optional<String> pair, String label) implements Example {}

  /**
   * One text, or two that belong together, and a number that says how much.
   *
   * @param score finite
   */
  record Rated(String text, Optional<String> pair, double score) implements Example {}

  /**
   * Words and a tag for each.
   *
   * @param tags as many as words
   */
  record Tagged(List<String> words, List<String> tags) implements Example {
    public Tagged {
      words = List.copyOf(words);
      tags = List.copyOf(tags);
    }
  }

  /**
   * A question with answers to choose from.
   *
   * @param right the place of the right one
   */
  record Choice(Question question, int right) implements Example {}
}

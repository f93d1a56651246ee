package dev.luthier.data;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

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

  /** Something cut in two: what is given, and what is to be said. */
  sealed interface Answered extends Example {
    /** What is given: a text, or messages. */
    Object prompt();

    /** What is to be said, as a person may read it. */
    String said();
  }

  /** A conversation cut in two: what is given, and what is to be said. */
  record ChatCompletion(
      List<Message> prompt, List<Message> completion, List<Map<String, Object>> tools)
      implements Answered {
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

    /** The text of a single message; several with their roles. */
    @Override
    public String said() {
      return completion.stream()
          .map(message -> message.told(completion.size() > 1))
          .collect(Collectors.joining(System.lineSeparator()));
    }
  }

  /** Plain text cut in two. No template touches it. */
  record PromptCompletion(String prompt, String completion) implements Answered {
    @Override
    public String said() {
      return completion;
    }
  }

  /**
   * A prompt that the model answers itself.
   *
   * @param prompt a text, or messages
   * @param tools as of a {@link Chat}
   * @param expected the answer that the data gives, where it gives one
   */
  record Prompt(Object prompt, List<Map<String, Object>> tools, Optional<String> expected)
      implements Example {
    public Prompt {
      tools = List.copyOf(tools);
    }

    /** Those of a chat; of a text, as a user's. */
    public List<Message> messages() {
      if (prompt instanceof List<?> turns) {
        return turns.stream().map(Message.class::cast).toList();
      }
      return List.of(Message.of("user", prompt.toString()));
    }

    /** The prompt with an answer. */
    public Answered answered(String answer) {
      return prompt instanceof String text
          ? new PromptCompletion(text, answer)
          : new ChatCompletion(messages(), List.of(Message.of(Message.ASSISTANT, answer)), tools);
    }
  }

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

  /**
   * Answers to one prompt, and what is known of their worth.
   *
   * @param each the prompt with each answer; of a pair, the first is the chosen one
   */
  record Answers(List<Answered> each, Judgement judgement) implements Example {
    public Answers {
      each = List.copyOf(each);
      Check.atLeast("the number of answers", 1, each.size());
      if (each.size() != judgement.answers()) {
        throw new UserError(
            "%d answers are there, but %d are judged".formatted(each.size(), judgement.answers()));
      }
      Object prompt = each.get(0).prompt();
      if (!each.stream().allMatch(answered -> answered.prompt().equals(prompt))) {
        throw new UserError("answers that are compared must have the same prompt");
      }
    }

    /** The prompt: a text, or messages. */
    public Object prompt() {
      return each.get(0).prompt();
    }
  }
}

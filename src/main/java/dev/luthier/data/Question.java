package dev.luthier.data;

import java.util.List;

/** Something to answer, and the answers to choose from. */
public sealed interface Question {
  /** At least two for training, none twice, none blank. */
  List<String> choices();

  /** What is asked, in words: the prompt, or the last message of a chat. */
  String asked();

  /** The question with one of its choices as the answer. */
  Example.Answered answered(int choice);

  /** A plain text; a choice stands directly behind it. No template touches it. */
  record Plain(String prompt, List<String> choices) implements Question {
    public Plain {
      choices = List.copyOf(choices);
    }

    @Override
    public String asked() {
      return prompt;
    }

    @Override
    public Example.Answered answered(int choice) {
      return new Example.PromptCompletion(prompt, choices.get(choice));
    }
  }

  /** A chat; a choice is what the assistant says next. */
  record Chat(List<Message> prompt, List<String> choices) implements Question {
    public Chat {
      prompt = List.copyOf(prompt);
      choices = List.copyOf(choices);
    }

    @Override
    public String asked() {
      return String.valueOf(prompt.get(prompt.size() - 1).fields().getOrDefault("content", ""));
    }

    @Override
    public Example.Answered answered(int choice) {
      return new Example.ChatCompletion(
          prompt, List.of(Message.of(Message.ASSISTANT, choices.get(choice))), List.of());
    }
  }
}

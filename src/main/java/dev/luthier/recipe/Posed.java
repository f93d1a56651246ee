package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.data.Judgement;
import dev.luthier.data.Sample;
import dev.luthier.reward.Asked;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Something to be answered.
 *
 * @param answered the prompt, with the data's answer
 * @param expected the data's answer as a text; "" where it has none that is good
 */
record Posed(Example.Answered answered, String expected) {
  private static final String EXPECTED = "expected";

  /** What an example asks; of judged answers the first one, which of a pair is the chosen one. */
  static Optional<Posed> of(Example example) {
    if (example instanceof Example.Answers judged) {
      boolean bad =
          judged.judgement() instanceof Judgement.Labelled labelled && !labelled.desirable();
      return of(judged.each().get(0)).map(p -> bad ? new Posed(p.answered(), "") : p);
    }
    if (example instanceof Example.Chat chat) {
      int last = chat.messages().size() - 1;
      return last > 0 && chat.messages().get(last).isAssistant()
          ? of(
              new Example.ChatCompletion(
                  chat.messages().subList(0, last),
                  List.of(chat.messages().get(last)),
                  chat.tools()))
          : Optional.empty();
    }
    if (example instanceof Example.ChatCompletion chat) {
      return chat.completion().size() == 1 // a tool call has no text to compare
          ? chat.completion().get(0).text().map(text -> new Posed(chat, text))
          : Optional.empty();
    }
    if (example instanceof Example.Prompt asked) {
      String expected = asked.expected().orElse("");
      return Optional.of(new Posed(asked.answered(expected), expected));
    }
    return example instanceof Example.PromptCompletion plain
        ? Optional.of(new Posed(plain, plain.completion()))
        : Optional.empty();
  }

  /** The prompt as a person may read it: a single message's text, several with their roles. */
  String text() {
    return answered instanceof Example.ChatCompletion chat
        ? new Example.ChatCompletion(List.of(), chat.prompt(), List.of()).said()
        : (String) answered.prompt();
  }

  Exam.Question question(Sample of) {
    Map<String, Object> columns = new LinkedHashMap<>(of.columns());
    if (!expected.isEmpty()) {
      columns.putIfAbsent(EXPECTED, expected);
    }
    return question(columns, of.place());
  }

  /**
   * @param columns what scorers may look at beside the prompt
   */
  Exam.Question question(Map<String, Object> columns, String place) {
    return new Exam.Question(text(), expected, Optional.of(new Asked(answered, columns, 0, place)));
  }
}

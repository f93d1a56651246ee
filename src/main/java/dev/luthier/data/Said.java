package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands in a column that holds a prompt or an answer. */
sealed interface Said {

  /** A plain text. */
  record Text(String text) implements Said {
    @Override
    public boolean isEmpty() {
      return text.isBlank();
    }
  }

  /** Messages, at least one. */
  record Turns(List<Message> messages) implements Said {
    public Turns {
      messages = List.copyOf(messages);
    }

    @Override
    public boolean isEmpty() {
      return messages.get(messages.size() - 1).isEmpty();
    }
  }

  /** Whether nothing is said at the end. */
  boolean isEmpty();

  /** A text, one message or a list of them, in the OpenAI form or ShareGPT's. */
  static Said of(Row row, String column) {
    @Nullable Object value = row.columns().get(column);
    if (value instanceof String text) {
      return new Text(text);
    }
    if (value instanceof Map) {
      return of(new Row(Map.of(column, List.of(value)), row.place()), column);
    }
    if (!(value instanceof List)) {
      throw Cells.of(row).wrong(column, value, "a text or messages");
    }
    return new Turns(ShareGpt.turns(row, column));
  }

  /** The elements of a column that holds a list of answers, checked. */
  static List<Said> answers(Row row, String column) {
    Cells cells = Cells.of(row);
    @Nullable Object found = row.columns().get(column);
    if (!(cells.parsed(column, found) instanceof List<?> list)) {
      throw cells.wrong(column, found, "a list of answers");
    }
    List<Said> out = new ArrayList<>();
    for (Object element : list) {
      if (element == null) {
        throw new RefusedRow("column \"%s\" holds null; answers are needed".formatted(column));
      }
      String name = column + "." + out.size();
      out.add(answer(new Row(Map.of(name, element), row.place()), name));
    }
    return out;
  }

  /** An answer: not empty, and if it is messages, the assistant's from first to last. */
  static Said answer(Row row, String column) {
    return of(row, column).checked(column);
  }

  /** This as an answer. */
  default Said checked(String column) {
    if (isEmpty()) {
      throw new RefusedRow("column \"%s\" is an empty answer; remove the row".formatted(column));
    }
    if (this instanceof Turns turns) {
      List<Message> all = turns.messages();
      if (!all.get(0).isAssistant() || !all.get(all.size() - 1).isAssistant()) {
        throw new RefusedRow(
            "column \"%s\" goes from a message of role %s to one of role %s; an answer begins and ends with the assistant, what goes before belongs into the prompt"
                .formatted(column, all.get(0).role(), all.get(all.size() - 1).role()));
      }
    }
    return this;
  }

  /**
   * This prompt with an answer; a text answers messages as the assistant's.
   *
   * @param column the answer's, for messages
   */
  default Example.Answered with(Said answer, List<Map<String, Object>> tools, String column) {
    if (this instanceof Text prompt) {
      if (answer instanceof Text said) {
        return new Example.PromptCompletion(prompt.text(), said.text());
      }
      throw new RefusedRow(
          "the prompt is a text, but column \"%s\" holds messages; give both as texts or both as messages"
              .formatted(column));
    }
    List<Message> answered =
        answer instanceof Text said
            ? List.of(Message.of(Message.ASSISTANT, said.text()))
            : ((Turns) answer).messages();
    return new Example.ChatCompletion(((Turns) this).messages(), answered, tools);
  }
}

package dev.luthier.data;

import dev.luthier.error.Check;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of one answer that is good or not: {@code prompt} and {@code completion}, or a whole
 * conversation whose last message is the answer; and {@code label}.
 */
final class Feedback {
  private static final List<String> ANSWERS = List.of("completion", "response", "answer");
  private static final List<String> CHATS = List.of("messages", "conversations");
  private static final List<List<String>> ASKED =
      Stream.concat(
              CHATS.stream().map(List::of),
              ANSWERS.stream().flatMap(answer -> Prompts.with(answer).stream()))
          .toList();
  private static final List<List<String>> LABEL = Needed.oneOf("label", "kto_tag");

  static final Needed NEEDED = new Needed(List.of(ASKED, LABEL));

  private Feedback() {}

  static Example read(Row row) {
    boolean label = label(row, Needed.columns(LABEL, row.columns()).get(0));
    List<String> asked = Needed.columns(ASKED, row.columns());
    return new Example.Answers(List.of(answered(row, asked)), new Judgement.Labelled(label));
  }

  /** One answer with its prompt, from two columns, or from one that holds the conversation. */
  private static Example.Answered answered(Row row, List<String> columns) {
    String last = columns.get(columns.size() - 1);
    if (columns.size() > 1) {
      return Prompts.of(row).with(Said.answer(row, last), Messages.tools(row), last);
    }
    List<Message> all =
        last.equals("conversations") ? ShareGpt.messages(row) : Messages.read(row, last);
    int n = all.size() - 1;
    if (n == 0) {
      throw new RefusedRow(
          "column \"%s\" has one message; what is asked and the answer are needed".formatted(last));
    }
    return new Said.Turns(all.subList(0, n))
        .with(new Said.Turns(all.subList(n, n + 1)).checked(last), Messages.tools(row), last);
  }

  private static boolean label(Row row, String column) {
    @Nullable Object value = row.columns().get(column);
    if (value instanceof Boolean label) {
      return label;
    }
    String text =
        value instanceof Number number
            ? Check.text(number.doubleValue())
            : value instanceof String given ? given.strip().toLowerCase(Locale.ROOT) : "";
    switch (text) {
      case "1", "true":
        return true;
      case "0", "false":
        return false;
      default:
        throw new RefusedRow(
            "column \"%s\" is %s; true, false, 1 or 0 is needed"
                .formatted(column, text.isEmpty() ? JsonText.kind(value) : text));
    }
  }
}

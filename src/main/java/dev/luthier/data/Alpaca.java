package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The form of Stanford Alpaca: {@code instruction}, {@code output}, optional {@code input} (set
 * below the instruction, one line break between), {@code system} and {@code history} (pairs of
 * instruction and answer). It becomes a chat.
 */
final class Alpaca {
  private Alpaca() {}

  static Example read(Row row) {
    List<Message> messages = asked(row);
    messages.add(Message.of(Message.ASSISTANT, Cells.of(row).text("output")));
    return new Example.Chat(messages, List.of());
  }

  /** All that stands before the output. */
  static List<Message> asked(Row row) {
    Cells cells = Cells.of(row);
    List<Message> messages = new ArrayList<>();
    String system = cells.textOrNull("system");
    if (system != null && !system.isBlank()) {
      messages.add(Message.of("system", system));
    }
    @Nullable Object history = cells.parsed("history", row.columns().get("history"));
    if (history instanceof List<?> pairs) {
      pairs.forEach(pair -> addTurn(messages, pair));
    } else if (history != null) {
      throw cells.wrong("history", history, "a list of [instruction, answer]");
    }
    String input = cells.textOrNull("input");
    String instruction = cells.text("instruction");
    boolean alone = input == null || input.isBlank();
    messages.add(Message.of("user", alone ? instruction : instruction + "\n" + input));
    return messages;
  }

  private static void addTurn(List<Message> messages, @Nullable Object pair) {
    if (!(pair instanceof List<?> turn)
        || turn.size() != 2
        || !(turn.get(0) instanceof String asked)
        || !(turn.get(1) instanceof String answered)) {
      throw new RefusedRow(
          "column \"history\" holds something else than [instruction, answer] pairs of texts");
    }
    messages.add(Message.of("user", asked));
    messages.add(Message.of(Message.ASSISTANT, answered));
  }
}

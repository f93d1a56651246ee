package dev.luthier.data;

import java.util.List;

/** Reads plain texts, and prompts with a completion. */
final class Completions {
  private Completions() {}

  /** {@code prompt} and {@code completion}: two texts, or two lists of messages. */
  static Example read(Row row) {
    Object prompt = row.columns().get("prompt");
    Object completion = row.columns().get("completion");
    if (prompt instanceof List && completion instanceof List) {
      return new Example.ChatCompletion(
          Messages.read(row, "prompt"), Messages.read(row, "completion"), Messages.tools(row));
    }
    if (prompt instanceof List || completion instanceof List) {
      throw new RefusedRow(
          "column \"prompt\" is %s and column \"completion\" is %s; two texts or two lists of messages are needed"
              .formatted(JsonText.kind(prompt), JsonText.kind(completion)));
    }
    return new Example.PromptCompletion(Cells.of(row).text("prompt"), nonEmpty(row, "completion"));
  }

  /** {@code text}. */
  static Example text(Row row) {
    return new Example.Text(nonEmpty(row, "text"));
  }

  private static String nonEmpty(Row row, String column) {
    String text = Cells.of(row).text(column);
    if (text.isEmpty()) {
      throw new RefusedRow("column \"%s\" is an empty text".formatted(column));
    }
    return text;
  }
}

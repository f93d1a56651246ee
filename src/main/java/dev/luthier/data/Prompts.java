package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The prompt of a row that has answers to judge. */
final class Prompts {
  static final List<String> NAMES = List.of("prompt", "question", "instruction");
  static final List<List<String>> WAYS = NAMES.stream().map(List::of).toList();

  private Prompts() {}

  /** Ways to find a prompt together with other columns. */
  static List<List<String>> with(String... columns) {
    return NAMES.stream()
        .map(
            name -> {
              List<String> way = new ArrayList<>(List.of(name));
              way.addAll(List.of(columns));
              return List.copyOf(way);
            })
        .toList();
  }

  /** Whether a row has a prompt. */
  static boolean isIn(Row row) {
    return NAMES.stream().anyMatch(name -> row.columns().get(name) != null);
  }

  /** The prompt that a row has: of column instruction, what Alpaca's form makes of it. */
  static Said of(Row row) {
    String column =
        NAMES.stream()
            .filter(name -> row.columns().get(name) != null)
            .findFirst()
            .orElseGet(() -> Needed.columns(WAYS, row.columns()).get(0));
    return column.equals("instruction") ? new Said.Turns(Alpaca.asked(row)) : Said.of(row, column);
  }

  /** The same, if there is one. */
  static Optional<Said> find(Row row) {
    return isIn(row) ? Optional.of(of(row)) : Optional.empty();
  }

  /** A prompt without an answer. */
  static Example alone(Row row) {
    Said prompt = of(row);
    if (prompt.isEmpty()) {
      throw new RefusedRow("the prompt is empty; remove the row");
    }
    Object asked =
        prompt instanceof Said.Text text ? text.text() : ((Said.Turns) prompt).messages();
    return new Example.Prompt(asked, Messages.tools(row), Optional.empty());
  }
}

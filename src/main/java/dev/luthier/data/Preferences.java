package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads rows of two answers, of which the first is preferred: {@code chosen} and {@code rejected},
 * with the prompt in a column of its own or as the beginning of both; {@code answer_a} and {@code
 * answer_b} where {@code probability} or {@code votes} say how sure it is that the first is better.
 */
final class Preferences {
  private static final List<String> PAIR = List.of("chosen", "rejected");
  private static final List<List<String>> PAIRS =
      List.of(PAIR, List.of("answer_a", "answer_b"), List.of("response_a", "response_b"));

  static final Needed NEEDED = new Needed(List.of(PAIRS));

  /** Why a pair of equal answers is refused. */
  static final String SAME =
      "both answers of the pair are the same; there is nothing to prefer, remove the row";

  private Preferences() {}

  static Example read(Row row) {
    List<String> names = Needed.columns(PAIRS, row.columns());
    Said first = Said.of(row, names.get(0));
    Said second = Said.of(row, names.get(1));
    Optional<Said> prompt = Prompts.find(row);
    if (prompt.isPresent() && !isWithin(prompt.get(), first, second)) {
      return explicit(row, prompt.get(), names);
    }
    if (first instanceof Said.Turns a && second instanceof Said.Turns b) {
      return whole(row, a.messages(), b.messages());
    }
    if (first instanceof Said.Text a && second instanceof Said.Text b) {
      return whole(row, a.text(), b.text(), names);
    }
    throw new RefusedRow(
        "column \"%s\" is %s and column \"%s\" is %s; two texts or two lists of messages are needed"
            .formatted(
                names.get(0),
                JsonText.kind(row.columns().get(names.get(0))),
                names.get(1),
                JsonText.kind(row.columns().get(names.get(1)))));
  }

  /** A conversation, and the better and the worse way in which it goes on. */
  static Example shareGpt(Row row) {
    return explicit(row, new Said.Turns(ShareGpt.messages(row)), PAIR);
  }

  private static Example explicit(Row row, Said prompt, List<String> names) {
    List<Map<String, Object>> tools = Messages.tools(row);
    List<Example.Answered> each = new ArrayList<>();
    for (String name : names) {
      each.add(prompt.with(Said.answer(row, name), tools, name));
    }
    return pair(row, each, names);
  }

  /** Whether a prompt that is a text is said again in both conversations, which are whole then. */
  private static boolean isWithin(Said prompt, Said first, Said second) {
    return prompt instanceof Said.Text text
        && Optional.of(text.text().strip())
            .filter(t -> says(first, t) && says(second, t))
            .isPresent();
  }

  private static boolean says(Said said, String text) {
    return said instanceof Said.Turns turns
        && turns.messages().stream()
            .anyMatch(m -> !m.isAssistant() && m.text().orElse("").strip().equals(text));
  }

  /** Two whole conversations; the prompt is what they begin with. */
  static Example whole(Row row, List<Message> a, List<Message> b) {
    if (a.equals(b)) {
      throw new RefusedRow(SAME);
    }
    int n = CommonBeginning.of(a, b);
    if (n == 0 || !a.get(n).isAssistant() || !b.get(n).isAssistant()) {
      throw new RefusedRow(
          "the prompts of the two answers differ: the conversations part %s, where not the assistant speaks"
              .formatted(n == 0 ? "at their first message" : "before the answers"));
    }
    List<Map<String, Object>> tools = Messages.tools(row);
    Said prompt = new Said.Turns(a.subList(0, n));
    Said first = new Said.Turns(a.subList(n, a.size())).checked(PAIR.get(0));
    Said second = new Said.Turns(b.subList(n, b.size())).checked(PAIR.get(1));
    return pair(
        row,
        List.of(prompt.with(first, tools, PAIR.get(0)), prompt.with(second, tools, PAIR.get(1))),
        PAIR);
  }

  private static Example whole(Row row, String a, String b, List<String> names) {
    new Said.Text(a).checked(names.get(0));
    new Said.Text(b).checked(names.get(1));
    if (a.strip().equals(b.strip())) {
      throw new RefusedRow(SAME);
    }
    int n = CommonBeginning.of(a, b);
    if (a.substring(0, n).isBlank()) {
      throw new RefusedRow(
          "columns \"%s\" and \"%s\" begin with nothing in common, and there is no column %s"
              .formatted(names.get(0), names.get(1), String.join(" | ", Prompts.NAMES)));
    }
    return pair(
        row,
        List.of(
            new Example.PromptCompletion(a.substring(0, n), a.substring(n)),
            new Example.PromptCompletion(b.substring(0, n), b.substring(n))),
        names);
  }

  private static Example pair(Row row, List<Example.Answered> each, List<String> names) {
    if (each.get(0).equals(each.get(1))
        || each.get(0).said().strip().equals(each.get(1).said().strip())) {
      throw new RefusedRow(SAME);
    }
    return new Example.Answers(each, SoftLabels.of(row, names, names.equals(PAIR)));
  }
}

package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads rows of a prompt, the choices and the right one: {@code prompt} (a text or messages),
 * {@code choices} (a list of texts) and {@code answer} (a choice's text, or its place counted from
 * 0), also under the names of the usual data sets.
 */
public final class Questions {
  private static final List<List<String>> PROMPT = Needed.oneOf("prompt", "question");
  private static final List<List<String>> CHOICES =
      Needed.oneOf("choices", "answer_choices", "options");
  private static final List<List<String>> ANSWER = Needed.oneOf("answer", "label");

  static final Needed NEEDED = new Needed(List.of(PROMPT, CHOICES, ANSWER));

  private Questions() {}

  static Example read(Row row) {
    Question question = question(row);
    return new Example.Choice(question, right(row, question.choices()));
  }

  /** A pair of answers, each one text, as two choices of which the better is right. */
  static Example.Choice preference(Example.Answers pair) {
    List<String> choices = pair.each().stream().map(Questions::text).toList();
    boolean first = pair.judgement().better(0, 1);
    if (!first && !pair.judgement().better(1, 0)) {
      throw new RefusedRow("none of the two answers is better; one must be right");
    }
    wrong(choices)
        .ifPresent(
            reason -> {
              throw new RefusedRow("the answers of the pair: " + reason);
            });
    Question question =
        pair.prompt() instanceof String text
            ? new Question.Plain(text, choices)
            : new Question.Chat(((Example.ChatCompletion) pair.each().get(0)).prompt(), choices);
    return new Example.Choice(question, first ? 0 : 1);
  }

  private static String text(Example.Answered answered) {
    if (answered instanceof Example.ChatCompletion chat
        && (chat.completion().size() != 1 || chat.completion().get(0).text().isEmpty())) {
      throw new RefusedRow("an answer is more than one text; a choice is what is said at once");
    }
    return answered.said();
  }

  /**
   * The question of a row, whether or not it has the answer too.
   *
   * @throws UserError naming the row, if it is none
   */
  public static Question ask(Row row) {
    try {
      return question(row);
    } catch (RefusedRow e) {
      throw new UserError(row.place() + ": " + e.reason(), e);
    }
  }

  private static Question question(Row row) {
    String prompt = one(PROMPT, row);
    List<String> choices = choices(one(CHOICES, row), row);
    return row.columns().get(prompt) instanceof List
        ? new Question.Chat(Messages.read(row, prompt), choices)
        : new Question.Plain(Cells.of(row).text(prompt), choices);
  }

  private static List<String> choices(String column, Row row) {
    Cells cells = Cells.of(row);
    Object found = row.columns().get(column);
    if (!(cells.parsed(column, found) instanceof List<?> list)) {
      throw cells.wrong(column, found, "a list of texts");
    }
    List<String> out = new ArrayList<>(list.size());
    for (Object choice : list) {
      if (!(choice instanceof String || choice instanceof Integer || choice instanceof Long)) {
        throw new RefusedRow(
            "column \"%s\" holds %s; texts are needed".formatted(column, JsonText.kind(choice)));
      }
      out.add(String.valueOf(choice));
    }
    wrong(out)
        .ifPresent(
            reason -> {
              throw new RefusedRow("column \"%s\": %s".formatted(column, reason));
            });
    return out;
  }

  /**
   * @param place for the message
   * @throws UserError if these cannot be chosen from: fewer than two, a blank one, one twice
   */
  public static void check(String place, List<String> choices) {
    wrong(choices)
        .ifPresent(
            reason -> {
              throw new UserError(place + ": " + reason);
            });
  }

  private static Optional<String> wrong(List<String> choices) {
    if (choices.size() < 2) {
      return Optional.of(
          choices.isEmpty()
              ? "there is no choice; at least two are needed"
              : "there is one choice; at least two are needed");
    }
    Set<String> seen = new HashSet<>();
    for (String choice : choices) {
      if (choice.isBlank()) {
        return Optional.of("a choice is empty; each needs a text");
      }
      if (!seen.add(choice.strip())) {
        return Optional.of("a choice is there twice; each needs a text of its own");
      }
    }
    return Optional.empty();
  }

  /** A text is a choice's own; a number is its place, unless it is another choice's text too. */
  private static int right(Row row, List<String> choices) {
    String column = one(ANSWER, row);
    Object answer = row.columns().get(column);
    if (answer instanceof String text) {
      int place = strip(choices).indexOf(text.strip());
      return place >= 0 ? place : place(column, text.strip(), choices);
    }
    if (answer instanceof Integer || answer instanceof Long) {
      String digits = String.valueOf(answer);
      int place = place(column, digits, choices);
      int named = strip(choices).indexOf(digits);
      if (named >= 0 && named != place) {
        throw new RefusedRow(
            "column \"%s\" is %s, the place of choice \"%s\" and the text of another; give the text in quotes"
                .formatted(column, digits, choices.get(place)));
      }
      return place;
    }
    throw Cells.of(row).wrong(column, answer, "a choice's text or its place");
  }

  private static int place(String column, String text, List<String> choices) {
    if (text.matches("\\d{1,9}") && Integer.parseInt(text) < choices.size()) {
      return Integer.parseInt(text);
    }
    throw new RefusedRow(
        "column \"%s\" is \"%s\", none of the choices %s nor a place from 0 to %d"
            .formatted(column, text, choices, choices.size() - 1));
  }

  private static List<String> strip(List<String> choices) {
    return choices.stream().map(String::strip).toList();
  }

  private static String one(List<List<String>> ways, Row row) {
    return Needed.columns(ways, row.columns()).get(0);
  }
}

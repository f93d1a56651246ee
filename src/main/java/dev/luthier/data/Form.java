package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The forms that rows may have. In a recipe a form is called {@link #label}. */
public enum Form {
  /** {@code messages} in the OpenAI form, optional {@code tools}. */
  MESSAGES(
      Set.of("messages"),
      row -> new Example.Chat(Messages.read(row, "messages"), Messages.tools(row))),
  /** {@code conversations}: see {@link ShareGpt}. */
  SHAREGPT(Set.of("conversations"), ShareGpt::read),
  /** {@code prompt} and {@code completion}: two texts, or two lists of messages. */
  PROMPT_COMPLETION(Set.of("prompt", "completion"), Form::promptCompletion),
  /** {@code instruction} and {@code output}: see {@link Alpaca}. */
  ALPACA(Set.of("instruction", "output"), Alpaca::read),
  /** {@code text}, all of which is learnt. */
  TEXT(Set.of("text"), row -> new Example.Text(nonEmpty(row, "text")));

  private final Set<String> needed;
  private final Function<Row, Example> reading;

  Form(Set<String> needed, Function<Row, Example> reading) {
    this.needed = needed;
    this.reading = reading;
  }

  /** How a recipe calls this form: {@code prompt-completion}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * @throws UserError if no form is called so
   */
  public static Form of(String label) {
    return Arrays.stream(values())
        .filter(form -> form.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "data.form must be one of %s, was %s"
                        .formatted(Arrays.stream(values()).map(Form::label).toList(), label)));
  }

  /**
   * Tells the form from the columns of a row: the first in the order above all of whose columns are
   * there.
   *
   * @throws UserError if none is
   */
  public static Form detect(Row row) {
    return Arrays.stream(values())
        .filter(form -> row.columns().keySet().containsAll(form.needed))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "%s: the columns are %s, which is no known form; needed are %s. Rename yours in the recipe, as data.columns: {prompt: question, completion: answer}"
                        .formatted(
                            row.place(),
                            String.join(", ", row.columns().keySet()),
                            Arrays.stream(values())
                                .map(form -> form.needed.stream().sorted().toList().toString())
                                .collect(Collectors.joining(" or ")))));
  }

  /** What became of a row. */
  public sealed interface Reading {
    /** The row is an example. */
    record Accepted(Sample sample) implements Reading {}

    /** The row cannot be used. */
    record Refused(Refusal refusal) implements Reading {}
  }

  /** Reads one row, never throwing for what stands in it. */
  public Reading read(Row row) {
    try {
      return new Reading.Accepted(new Sample(reading.apply(row), row.place()));
    } catch (RefusedRow e) {
      return new Reading.Refused(new Refusal(row.place(), e.reason()));
    }
  }

  private static Example promptCompletion(Row row) {
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

  private static String nonEmpty(Row row, String column) {
    String text = Cells.of(row).text(column);
    if (text.isEmpty()) {
      throw new RefusedRow("column \"%s\" is an empty text".formatted(column));
    }
    return text;
  }
}

package dev.luthier.data;

import dev.luthier.error.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The forms that rows may have. In a recipe a form is called {@link #label}. */
public enum Form {
  /** {@code messages} in the OpenAI form, optional {@code tools}. */
  MESSAGES(
      Needed.all("messages"),
      row -> new Example.Chat(Messages.read(row, "messages"), Messages.tools(row))),
  /** {@code conversations}: see {@link ShareGpt}. */
  SHAREGPT(Needed.all("conversations"), ShareGpt::read),
  /** {@code prompt} and {@code completion}: two texts, or two lists of messages. */
  PROMPT_COMPLETION(Needed.all("completion", "prompt"), Completions::read),
  /** {@code instruction} and {@code output}: see {@link Alpaca}. */
  ALPACA(Needed.all("instruction", "output"), Alpaca::read),
  /** A prompt alone, for models that answer it themselves. */
  PROMPT(new Needed(List.of(Prompts.WAYS)), Prompts::alone),
  /** {@code text}, all of which is learnt. */
  TEXT(Needed.all("text"), Completions::text),
  /** A text or two and a class: see {@link Annotated}. */
  LABELLED(Annotated.LABELLED, Annotated::labelled),
  /** A text or two and a number: see {@link Annotated}. */
  RATED(Annotated.RATED, Annotated::rated),
  /** Words and a tag for each: see {@link Annotated}. */
  TAGGED(Annotated.TAGGED, Annotated::tagged),
  /** A text and the one to be made of it: see {@link Annotated}. */
  SEQ2SEQ(Annotated.SEQ2SEQ, Annotated::seq2seq),
  /** A prompt, answers to choose from, and the right one: see {@link Questions}. */
  CHOICES(Questions.NEEDED, Questions::read),
  /** A conversation with a better and a worse way to go on: see {@link Preferences}. */
  SHAREGPT_PREFERENCE(Needed.all("conversations", "chosen", "rejected"), Preferences::shareGpt),
  /** Two transcripts of Anthropic's, the better and the worse one: see {@link Transcript}. */
  TRANSCRIPT(
      Needed.all("chosen", "rejected"),
      Transcript::read,
      row -> !Prompts.isIn(row) && Transcript.isOne(row.columns().get("chosen"))),
  /** A better and a worse answer to a prompt: see {@link Preferences}. */
  PREFERENCE(Preferences.NEEDED, Preferences::read),
  /** A prompt and answers with a grade for each: see {@link Grades}. */
  GRADED(Grades.NEEDED, Grades::read, Grades::looks),
  /** A prompt and answers with their ranks: see {@link Rankings}. */
  RANKING(Rankings.NEEDED, Rankings::read),
  /** A prompt and an answer that is good or not: see {@link Feedback}. */
  FEEDBACK(Feedback.NEEDED, Feedback::read);

  /** What has a right answer among several. */
  public static final List<Form> TO_CHOOSE =
      List.of(LABELLED, CHOICES, SHAREGPT_PREFERENCE, TRANSCRIPT, PREFERENCE);

  /** What has answers that are judged. */
  public static final List<Form> TO_PREFER =
      List.of(SHAREGPT_PREFERENCE, TRANSCRIPT, PREFERENCE, GRADED, RANKING, FEEDBACK);

  /** What a model can learn to write. */
  public static final List<Form> TO_WRITE =
      List.of(MESSAGES, SHAREGPT, PROMPT_COMPLETION, ALPACA, TEXT);

  /** What the model can be asked, to learn from its own answers. */
  public static final List<Form> TO_ANSWER =
      List.of(
          MESSAGES,
          SHAREGPT_PREFERENCE,
          SHAREGPT,
          PROMPT_COMPLETION,
          ALPACA,
          TRANSCRIPT,
          PREFERENCE,
          PROMPT);

  /** What a text can be turned into by an encoder and a decoder. */
  public static final List<Form> TO_REWRITE = List.of(PROMPT_COMPLETION, SEQ2SEQ);

  private final Needed needed;
  private final Function<Row, Example> reading;
  private final Predicate<Row> looks;

  Form(Needed needed, Function<Row, Example> reading) {
    this(needed, reading, row -> true);
  }

  /**
   * @param looks whether a row with these columns looks like this form, where columns do not tell
   */
  Form(Needed needed, Function<Row, Example> reading, Predicate<Row> looks) {
    this.needed = needed;
    this.reading = reading;
    this.looks = looks;
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

  /** The form of a row that is to be written by the model. */
  static Form detect(Row row) {
    return detect(row, TO_WRITE);
  }

  /**
   * Tells the form from the columns of a row: the first of those wanted that has all it needs.
   *
   * @param wanted the forms that the method can learn from
   * @throws UserError if none has
   */
  public static Form detect(Row row, List<Form> wanted) {
    return wanted.stream()
        .filter(form -> form.fits(row))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "%s: the columns are %s, which is no known form; needed are %s. Rename yours in the recipe, as data.columns: %s"
                        .formatted(
                            row.place(),
                            String.join(", ", row.columns().keySet()),
                            wanted.stream()
                                .map(form -> form.needed.toString())
                                .collect(Collectors.joining(" or ")),
                            wanted.get(wanted.size() - 1).example())));
  }

  boolean fits(Row row) {
    return needed.isIn(row.columns().keySet()) && looks.test(row);
  }

  private String example() {
    return switch (this) {
      case LABELLED -> "{text: question, label: intent}";
      case RATED -> "{text: review, score: stars}";
      case TAGGED -> "{words: tokens, tags: chunk_tags}";
      case SEQ2SEQ -> "{input: german, target: english}";
      case CHOICES -> "{prompt: question, choices: options, answer: key}";
      case PROMPT -> "{prompt: question}";
      case PREFERENCE -> "{prompt: question, chosen: better, rejected: worse}";
      case FEEDBACK -> "{prompt: question, completion: answer, label: liked}";
      default -> "{prompt: question, completion: answer}";
    };
  }

  /**
   * @throws UserError if this form is none of those that the method can learn from
   */
  Form among(List<Form> wanted) {
    if (!wanted.contains(this)) {
      throw new UserError(
          "data.form is %s, but this method learns from %s"
              .formatted(label(), String.join(", ", wanted.stream().map(Form::label).toList())));
    }
    return this;
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
      return new Reading.Accepted(
          new Sample(reading.apply(row), row.place(), Cells.of(row).name("task")));
    } catch (RefusedRow e) {
      return new Reading.Refused(new Refusal(row.place(), e.reason()));
    }
  }
}

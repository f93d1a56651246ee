package dev.luthier.data;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The forms of tasks that mark a text or rewrite it, with the column names of the usual data sets.
 */
final class Annotated {
  /** Texts that stand alone, and those that come in twos; twos are looked for first. */
  private static final List<List<String>> TEXTS =
      List.of(
          List.of("text", "text_pair"),
          List.of("sentence1", "sentence2"),
          List.of("premise", "hypothesis"),
          List.of("question", "sentence"),
          List.of("question1", "question2"),
          List.of("text"),
          List.of("sentence"),
          List.of("tweet"));

  private static final List<List<String>> LABEL = Needed.oneOf("label", "category", "class");
  private static final List<List<String>> SCORE = Needed.oneOf("score", "label");
  private static final List<List<String>> WORDS = Needed.oneOf("words", "tokens");
  private static final List<List<String>> TAGS =
      Needed.oneOf("tags", "ner_tags", "labels", "pos_tags");
  private static final List<List<String>> REWRITTEN =
      List.of(
          List.of("input", "target"),
          List.of("source", "target"),
          List.of("document", "summary"),
          List.of("article", "highlights"));

  static final Needed LABELLED = new Needed(List.of(TEXTS, LABEL));
  static final Needed RATED = new Needed(List.of(TEXTS, SCORE));
  static final Needed TAGGED = new Needed(List.of(WORDS, TAGS));
  static final Needed SEQ2SEQ = new Needed(List.of(REWRITTEN));

  private Annotated() {}

  static Example labelled(Row row) {
    Texts texts = texts(row);
    return new Example.Labelled(texts.first, texts.second, Cells.of(row).label(one(LABEL, row)));
  }

  static Example rated(Row row) {
    Texts texts = texts(row);
    return new Example.Rated(texts.first, texts.second, Cells.of(row).number(one(SCORE, row)));
  }

  static Example tagged(Row row) {
    Cells cells = Cells.of(row);
    List<String> words = cells.list(one(WORDS, row));
    List<String> tags = cells.list(one(TAGS, row));
    if (words.size() != tags.size()) {
      throw new RefusedRow("the numbers of words and tags differ; each word needs one tag");
    }
    if (words.isEmpty()) {
      throw new RefusedRow("the row has no words");
    }
    return new Example.Tagged(words, tags);
  }

  static Example seq2seq(Row row) {
    List<String> columns = Needed.columns(REWRITTEN, row.columns());
    Cells cells = Cells.of(row);
    String target = cells.text(columns.get(1));
    if (target.isEmpty()) {
      throw new RefusedRow("column \"%s\" is an empty text".formatted(columns.get(1)));
    }
    return new Example.PromptCompletion(cells.text(columns.get(0)), target);
  }

  private record Texts(String first, Optional<String> second) {}

  private static Texts texts(Row row) {
    List<String> columns = Needed.columns(TEXTS, row.columns());
    Cells cells = Cells.of(row);
    return new Texts(
        cells.text(columns.get(0)), columns.stream().skip(1).map(cells::text).findFirst());
  }

  private static String one(List<List<String>> ways, Row row) {
    return Needed.columns(ways, row.columns()).get(0);
  }

  /** The texts of an example. */
  static Stream<String> texts(Example example) {
    if (example instanceof Example.Labelled labelled) {
      return Stream.concat(Stream.of(labelled.text()), labelled.pair().stream());
    }
    if (example instanceof Example.Rated rated) {
      return Stream.concat(Stream.of(rated.text()), rated.pair().stream());
    }
    if (example instanceof Example.Tagged tagged) {
      return tagged.words().stream();
    }
    if (example instanceof Example.PromptCompletion both) {
      return Stream.of(both.prompt(), both.completion());
    }
    if (example instanceof Example.Choice choice) {
      return Stream.of(choice.question().asked());
    }
    return example instanceof Example.Text text ? Stream.of(text.text()) : Stream.empty();
  }
}

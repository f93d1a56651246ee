package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.luthier.error.UserError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rows with answers to choose from, and those that a template makes. */
class QuestionsTest {
  private static Form.Reading reading(String json) {
    try {
      Row row = new Row(JsonText.OBJECT.readValue(json.replace('\'', '"')), "x.jsonl line 1");
      return Form.detect(row, Form.TO_CHOOSE).read(row);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static Example example(String json) {
    return ((Form.Reading.Accepted) reading(json)).sample().example();
  }

  private static Example.Choice read(String json) {
    return (Example.Choice) example(json);
  }

  private static String refusal(String json) {
    return ((Form.Reading.Refused) reading(json)).refusal().reason();
  }

  @Test
  void placesAndTexts() {
    Question question = new Question.Plain("2 + 2 =", List.of(" 3", " 4", " 5"));
    Example.Choice expected = new Example.Choice(question, 1);
    String row = "{'prompt': '2 + 2 =', 'choices': [' 3', ' 4', ' 5'], 'answer': %s}";
    assertThat(read(row.formatted("1"))).isEqualTo(expected);
    assertThat(read(row.formatted("'1'"))).isEqualTo(expected); // as CSV has it
    assertThat(read(row.formatted("' 4'"))).isEqualTo(expected);
    assertThat(read(row.formatted("'4'"))).isEqualTo(expected);
    assertThat(read("{'question': '2 + 2 =', 'options': [' 3', ' 4', ' 5'], 'label': 1}"))
        .isEqualTo(expected);
  }

  /** A text before a place; a number that could be either is refused. */
  @Test
  void choicesThatAreNumbers() {
    String row = "{'prompt': 'how many', 'choices': [%s], 'answer': %s}";
    assertThat(read(row.formatted("3, 2, 1", "'1'")).right()).isEqualTo(2);
    assertThat(read(row.formatted("0, 1, 2", "2")).right()).isEqualTo(2);
    assertThat(read(row.formatted("5, 6, 7", "2")).right()).isEqualTo(2);
    assertThat(refusal(row.formatted("3, 2, 1", "2")))
        .isEqualTo(
            "column \"answer\" is 2, the place of choice \"1\" and the text of another; give the"
                + " text in quotes");
  }

  @Test
  void messagesAsPrompt() {
    Example.Choice choice =
        read(
            "{'prompt': [{'role': 'user', 'content': 'more?'}], 'choices': ['yes', 'no'],"
                + " 'answer': 'no'}");
    assertThat(choice.question().asked()).isEqualTo("more?");
    assertThat(choice.question().answered(1))
        .isEqualTo(
            new Example.ChatCompletion(
                List.of(Message.of("user", "more?")),
                List.of(Message.of("assistant", "no")),
                List.of()));
  }

  private static Example.Choice choice(String json) {
    return (Example.Choice) new AnswerChoices().of(example(json)).get(0);
  }

  @Test
  void preferencePairs() {
    Example.Choice plain = new Example.Choice(new Question.Plain("p", List.of("a", "b")), 0);
    assertThat(choice("{'prompt': 'p', 'chosen': 'a', 'rejected': 'b'}")).isEqualTo(plain);
    String said = "[{'role': 'assistant', 'content': '%s'}]";
    Example.Choice chat =
        choice(
            "{'prompt': [{'role': 'user', 'content': 'p'}], 'chosen': %s, 'rejected': %s}"
                .formatted(said.formatted("a"), said.formatted("b")));
    assertThat(chat.question())
        .isEqualTo(new Question.Chat(List.of(Message.of("user", "p")), List.of("a", "b")));
    // Raters find the second likelier to be better.
    assertThat(
            choice("{'prompt': 'p', 'chosen': 'a', 'rejected': 'b', 'votes': [1, 0, 0]}").right())
        .isEqualTo(1);
    assertThat(refusal("{'prompt': 'p', 'chosen': 'a', 'rejected': ' a'}"))
        .isEqualTo(
            "both answers of the pair are the same; there is nothing to prefer, remove the row");
    assertThat(refusal("{'prompt': 'p', 'chosen': [], 'rejected': 'a'}"))
        .isEqualTo("column \"chosen\" is empty; messages are needed");
  }

  /** What no choice can be made of is left out with its place. */
  @Test
  void pairsWithoutARightChoice() {
    Sample even =
        new Sample(
            example("{'prompt': 'p', 'chosen': 'a', 'rejected': 'b', 'probability': 0.5}"), "x 1");
    Sample fine = new Sample(example("{'prompt': 'p', 'chosen': 'a', 'rejected': 'b'}"), "x 2");
    Samples both = new Samples(List.of(even, fine), 2, List.of(), List.of("x"));
    Samples converted = both.converted(new AnswerChoices());
    assertThat(converted.list()).extracting(Sample::place).containsExactly("x 2");
    assertThat(converted.refused())
        .containsExactly(
            new Refusal("x 1", "none of the two answers is better; one must be right"));
    assertThatThrownBy(
            () ->
                new Samples(List.of(even), 1, List.of(), List.of("x"))
                    .converted(new AnswerChoices()))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "none of 1 rows can be used; the first, x 1: none of the two answers is better; one"
                + " must be right");
  }

  private static Map<String, String> words() {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("right", "yes");
    words.put("wrong", "no");
    return words;
  }

  /** What stands in a text is never taken for a field. */
  @Test
  void templatesAreFilledOnce() {
    Verbalizer asking =
        new Verbalizer("Q: {text} A: {text_pair}? ", words(), Verbalizer.Style.PLAIN);
    assertThat(asking.question("{text_pair} $1", Optional.of("{text}")))
        .isEqualTo(new Question.Plain("Q: {text_pair} $1 A: {text}? ", List.of("yes", "no")));
    assertThat(asking.of(new Example.Labelled("a", Optional.of("b"), "wrong")).right())
        .isEqualTo(1);
    assertThatThrownBy(() -> asking.question("a", Optional.empty()))
        .isInstanceOf(UserError.class)
        .hasMessage("rank_classify.template has {text_pair}, but there is one text only");
    Verbalizer chat = new Verbalizer("{text}", words(), Verbalizer.Style.CHAT);
    assertThat(chat.question("a", Optional.empty()))
        .isEqualTo(new Question.Chat(List.of(Message.of("user", "a")), List.of("yes", "no")));
  }

  @Test
  void templatesThatAskNothing() {
    assertThatThrownBy(() -> Verbalizer.checkTemplate("Is it?"))
        .isInstanceOf(UserError.class)
        .hasMessage("rank_classify.template must hold {text}, was \"Is it?\"");
    assertThatThrownBy(() -> Verbalizer.checkTemplate("{text} {lable}"))
        .isInstanceOf(UserError.class)
        .hasMessage("rank_classify.template knows {text} and {text_pair}, but names {lable}");
  }

  /** Where the answer is a row's end, cutting the row would cut the answer. */
  @Test
  void aDecodersRowIsNotCut() {
    try (Tokenizer tokenizer = Tokenizer.load(TinyBase.DIR)) {
      ChoiceTokenizer<TokenRow> maker =
          new ChoiceTokenizer<>(
              new SftTokenizer(tokenizer, Optional.of(TinyBase::marked), LossOn.COMPLETION),
              Optional.empty());
      Example.Choice example =
          new Example.Choice(new Question.Plain("Is it so?", List.of(" yes", " no, never")), 0);
      ChoiceRow<TokenRow> row = maker.make(example);
      assertThat(row.targets()).isEqualTo(1);
      assertThat(row.tokens()).isEqualTo(row.each().get(0).length() + row.each().get(1).length());
      assertThat(row.length()).isEqualTo(row.each().get(1).length());
      ChoiceRow<TokenRow> other = maker.make(new Example.Choice(example.question(), 1));
      assertThat(other.input()).isEqualTo(row.input()).isNotEqualTo(other.identity());
      assertThat(other.identity()).isNotEqualTo(row.identity());
      assertThat(maker.fits(row, row.length())).isTrue();
      assertThat(maker.fits(row, row.length() - 1)).isFalse();
      assertThat(maker.cut(example, row.length() - 1)).isEmpty();
      assertThat(maker.show(example, false))
          .contains("Is it so?[[ yes<|eos|>]]")
          .endsWith("and not:  no, never");
    }
  }

  /** An encoder reads the prompt alone, so that its end may go. */
  @Test
  void aSourceIsCut() {
    try (Tokenizer tokenizer = Tokenizer.load(TinyBase.DIR)) {
      ChoiceTokenizer<Seq2SeqRow> maker =
          new ChoiceTokenizer<>(
              new Seq2SeqTokenizer(tokenizer, "", Integer.MAX_VALUE), Optional.empty());
      Example.Choice example =
          new Example.Choice(
              new Question.Plain("one two three four five six", List.of("yes", "no, never")), 1);
      ChoiceRow<Seq2SeqRow> whole = maker.make(example);
      ChoiceRow<Seq2SeqRow> cut = maker.cut(example, 3).orElseThrow();
      assertThat(cut.each()).allMatch(row -> row.length() == 3);
      for (int i = 0; i < 2; i++) {
        assertThat(cut.each().get(i).target()).isEqualTo(whole.each().get(i).target());
      }
    }
  }
}

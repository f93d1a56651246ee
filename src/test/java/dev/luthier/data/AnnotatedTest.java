package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forms of tasks that mark a text or rewrite it. */
class AnnotatedTest {
  @TempDir Path dir;

  private static Row row(String json) {
    try {
      return new Row(JsonText.OBJECT.readValue(json.replace('\'', '"')), "x.jsonl line 1");
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static Form.Reading read(Form form, String json) {
    Row row = row(json);
    return Form.detect(row, List.of(form)).read(row);
  }

  private static Example example(Form form, String json) {
    return ((Form.Reading.Accepted) read(form, json)).sample().example();
  }

  private static String refusal(Form form, String json) {
    return ((Form.Reading.Refused) read(form, json)).refusal().reason();
  }

  @Test
  void labels() {
    for (String text : List.of("text", "sentence", "tweet")) {
      for (String label : List.of("label", "category", "class")) {
        assertThat(example(Form.LABELLED, "{'%s': 'a', '%s': 'x'}".formatted(text, label)))
            .isEqualTo(new Example.Labelled("a", Optional.empty(), "x"));
      }
    }
    for (String pair :
        List.of(
            "'text': 'a', 'text_pair'",
            "'sentence1': 'a', 'sentence2'",
            "'premise': 'a', 'hypothesis'",
            "'question': 'a', 'sentence'",
            "'question1': 'a', 'question2'")) {
      assertThat(example(Form.LABELLED, "{%s: 'b', 'label': 3}".formatted(pair)))
          .isEqualTo(new Example.Labelled("a", Optional.of("b"), "3"));
    }
    assertThat(refusal(Form.LABELLED, "{'text': 'a', 'label': null}"))
        .isEqualTo("column \"label\" is null; a label: a text or a whole number is needed");
    assertThat(refusal(Form.LABELLED, "{'text': 'a', 'label': 1.5}")).contains("is a number");
    assertThat(refusal(Form.LABELLED, "{'text': 3, 'label': 1}")).contains("a text is needed");
    assertThatThrownBy(() -> read(Form.LABELLED, "{'text': 'a', 'mark': 1}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the columns are text, mark")
        .hasMessageContaining("label | category | class")
        .hasMessageEndingWith("as data.columns: {text: question, label: intent}");
  }

  @Test
  void scores() {
    assertThat(example(Form.RATED, "{'sentence1': 'a', 'sentence2': 'b', 'label': 2}"))
        .isEqualTo(new Example.Rated("a", Optional.of("b"), 2));
    assertThat(example(Form.RATED, "{'text': 'a', 'score': ' 3.25 '}"))
        .isEqualTo(new Example.Rated("a", Optional.empty(), 3.25));
    assertThat(refusal(Form.RATED, "{'text': 'a', 'score': NaN}"))
        .isEqualTo("column \"score\" is not finite; a finite number is needed");
    assertThat(refusal(Form.RATED, "{'text': 'a', 'score': 'good'}"))
        .contains("a number is needed");
  }

  @Test
  void tags() {
    Example wanted = new Example.Tagged(List.of("EU", "calls"), List.of("B-ORG", "O"));
    assertThat(example(Form.TAGGED, "{'tokens': ['EU','calls'], 'ner_tags': ['B-ORG','O']}"))
        .isEqualTo(wanted);
    assertThat(example(Form.TAGGED, "{'words': 'EU calls', 'tags': ' B-ORG  O '}"))
        .isEqualTo(wanted);
    assertThat(example(Form.TAGGED, "{'words': ['EU'], 'pos_tags': [3]}"))
        .isEqualTo(new Example.Tagged(List.of("EU"), List.of("3")));
    assertThat(refusal(Form.TAGGED, "{'words': ['a','b'], 'labels': ['O']}")).contains("differ");
    assertThat(refusal(Form.TAGGED, "{'words': [], 'labels': []}")).contains("no words");
    assertThat(refusal(Form.TAGGED, "{'words': [{}], 'labels': ['O']}"))
        .contains("holds an object");
  }

  @Test
  void sequencesToSequences() {
    for (String columns :
        List.of(
            "'input': 'a', 'target'",
            "'source': 'a', 'target'",
            "'document': 'a', 'summary'",
            "'article': 'a', 'highlights'")) {
      assertThat(example(Form.SEQ2SEQ, "{%s: 'b'}".formatted(columns)))
          .isEqualTo(new Example.PromptCompletion("a", "b"));
    }
    assertThat(refusal(Form.SEQ2SEQ, "{'input': 'a', 'target': ''}")).contains("an empty text");
    Row prompt = row("{'prompt': 'a', 'completion': 'b'}");
    assertThat(Form.detect(prompt, Form.TO_REWRITE)).isEqualTo(Form.PROMPT_COMPLETION);
  }

  private DataSet set(String name, FileKind kind, Columns columns, Optional<Form> form) {
    return new DataSet(
        dir.resolve(name).toString(),
        form,
        columns,
        kind,
        OptionalDouble.empty(),
        OptionalLong.empty());
  }

  @Test
  void linesWithAFixedColumnInTheirEncoding() throws IOException {
    Files.write(
        dir.resolve("x.neg"), "caf\u00e9 . \n\n dull\n".getBytes(StandardCharsets.ISO_8859_1));
    Columns negative = new Columns(Map.of(), Map.of("label", "negative"));
    FileKind latin = FileKind.of(Optional.of(FileFormat.LINES), "iso-8859-1");
    Samples samples = set("x.neg", latin, negative, Optional.empty()).load(List.of(Form.LABELLED));
    assertThat(samples.list())
        .extracting(Sample::example)
        .containsExactly(
            new Example.Labelled("caf\u00e9 .", Optional.empty(), "negative"),
            new Example.Labelled("dull", Optional.empty(), "negative"));
    assertThat(samples.list().get(1).place()).endsWith("x.neg line 3");
    FileKind utf8 = FileKind.of(Optional.of(FileFormat.LINES), "utf-8");
    assertThatThrownBy(
            () -> set("x.neg", utf8, negative, Optional.empty()).load(List.of(Form.LABELLED)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is not UTF-8 text; convert it to UTF-8 or name its encoding");
    assertThatThrownBy(
            () ->
                set("x.neg", FileKind.BY_NAME, negative, Optional.empty())
                    .load(List.of(Form.LABELLED)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the name does not tell the format");
    assertThatThrownBy(() -> FileKind.of(Optional.empty(), "latin one"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("data.encoding must be the name of a charset");
    // A .txt that is named is read; in a folder it may be anything, so it is not.
    Files.writeString(dir.resolve("y.txt"), "a\nb\n");
    assertThat(DataSet.of(dir.resolve("y.txt").toString()).load().list()).hasSize(2);
    assertThat(DataSet.of(dir.resolve("*.txt").toString()).load().list()).hasSize(2);
    assertThatThrownBy(() -> DataSet.of(dir.toString()).load())
        .hasMessageContaining("is a folder without a data file");
  }

  @Test
  void aFixedColumnMustNotHideOneOfTheFile() throws IOException {
    Files.writeString(dir.resolve("x.csv"), "text,label\na,b\n");
    Columns fixed = new Columns(Map.of(), Map.of("label", "c"));
    assertThatThrownBy(
            () ->
                set("x.csv", FileKind.BY_NAME, fixed, Optional.empty())
                    .load(List.of(Form.LABELLED)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("data.set gives label a value, but the file has that column");
    Columns other = new Columns(Map.of("text", "text", "note", "label"), Map.of("label", "c"));
    assertThat(
            set("x.csv", FileKind.BY_NAME, other, Optional.empty())
                .load(List.of(Form.LABELLED))
                .list())
        .hasSize(1);
  }

  @Test
  void aFormThatTheMethodCannotLearnFrom() throws IOException {
    Files.writeString(dir.resolve("x.csv"), "text,label\na,b\n");
    assertThatThrownBy(
            () ->
                set("x.csv", FileKind.BY_NAME, Columns.AS_THEY_ARE, Optional.of(Form.TEXT))
                    .load(List.of(Form.LABELLED)))
        .isInstanceOf(UserError.class)
        .hasMessage("data.form is text, but this method learns from labelled");
  }

  private static Samples samples(Example... examples) {
    List<Sample> list = new ArrayList<>();
    for (Example example : examples) {
      list.add(new Sample(example, "x.csv line " + (list.size() + 2)));
    }
    return new Samples(list, list.size(), List.of(), List.of());
  }

  private static Samples labelled(String... labels) {
    return samples(
        java.util.Arrays.stream(labels)
            .map(label -> new Example.Labelled("a", Optional.empty(), label))
            .toArray(Example[]::new));
  }

  @Test
  void labelSets() {
    assertThat(LabelSet.of(labelled("10", "9", "-1", "9")).names())
        .containsExactly("-1", "9", "10");
    assertThat(LabelSet.of(labelled("b", "10", "9")).names()).containsExactly("10", "9", "b");
    assertThat(
            LabelSet.of(samples(new Example.Tagged(List.of("a", "b"), List.of("O", "B-X"))))
                .names())
        .containsExactly("B-X", "O");
    LabelSet named = new LabelSet(List.of("no", "yes"));
    assertThat(named.id("yes")).isEqualTo(1);
    assertThat(named.id("1")).isEqualTo(1); // ids, as classes have names
    assertThatThrownBy(() -> named.id("2")).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> new LabelSet(List.of("3", "5")).id("1"))
        .isInstanceOf(UserError.class)
        .hasMessage("label \"1\" is none of the 2 known: 3, 5");
    assertThatThrownBy(() -> named.check(labelled("yes", "maybe", "maybe")))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "x.csv line 3: label \"maybe\" is none of the 2 labels that training has (no, yes); 2 rows have such labels: add training rows for them, or remove these");
    assertThat(LabelSet.of(Map.of("1", "LABEL_1", "0", "LABEL_0")).isUnnamed()).isTrue();
    assertThat(named.isUnnamed()).isFalse();
    assertThatThrownBy(() -> LabelSet.of(Map.of("1", "x"))).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> new LabelSet(List.of("a", "a"))).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> new LabelSet(List.of())).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> LabelSet.of(samples(new Example.Text("a"))))
        .hasMessage("no row of training has a label");
  }
}

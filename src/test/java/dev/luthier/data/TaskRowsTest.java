package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows, batches and reports of the tasks that mark a text or rewrite it. */
class TaskRowsTest {
  // Tokens: [CLS] 2, [SEP] 3, [MASK] 4, a 5, b 6, c 7, ##a 8, ##b 9.
  private static final LabelSet LABELS = new LabelSet(List.of("no", "yes"));

  @TempDir Path dir;
  private Tokenizer tokenizer;

  @BeforeEach
  void open() throws IOException {
    tokenizer = Tokenizer.loadForWords(EncodedTest.bert(dir));
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  private static Example labelled(String text, String label) {
    return new Example.Labelled(text, Optional.empty(), label);
  }

  private static Samples samples(Example... examples) {
    List<Sample> list = new ArrayList<>();
    for (Example example : examples) {
      list.add(new Sample(example, "x.csv line " + (list.size() + 2)));
    }
    return new Samples(list, list.size(), List.of(), List.of());
  }

  private static <R extends TrainingRow> Report<R> examine(
      Samples train, Samples eval, TooLong tooLong, RowMaker<R> maker) {
    return new Doctor(6, tooLong, "classify").examine(train, eval, maker);
  }

  @Test
  void labelledRowsAndTheirBatch() {
    LabelledTokenizer maker = new LabelledTokenizer(tokenizer, LABELS);
    LabelledRow one = maker.make(labelled("a", "yes"));
    LabelledRow two = maker.make(new Example.Labelled("b", Optional.of("c"), "no"));
    assertThat(maker.show(labelled("a", "yes"), false)).isEqualTo("[CLS] a [SEP] -> [[yes]]");
    try (Scope scope = new Scope()) {
      LabelledBatch batch = LabelledBatch.of(List.of(one, two), Compute.CPU);
      assertThat(Ops.toLongs(batch.input().ids())).containsExactly(2, 5, 3, 2, 6, 3, 7, 3);
      assertThat(batch.input().lengths()).containsExactly(3, 5);
      assertThat(Ops.toLongs(batch.types())).containsExactly(0, 0, 0, 0, 0, 0, 1, 1);
      assertThat(Ops.toLongs(batch.labels())).containsExactly(1, 0);
    }
  }

  @Test
  void ratedRowsAndTheirBatch() {
    RatedTokenizer maker = new RatedTokenizer(tokenizer);
    Example rated = new Example.Rated("a", Optional.of("b"), 2.5);
    assertThat(maker.show(rated, false)).isEqualTo("[CLS] a [SEP] b [SEP] -> [[2.5]]");
    try (Scope scope = new Scope()) {
      RatedBatch batch = RatedBatch.of(List.of(maker.make(rated)), Compute.CPU);
      assertThat(Ops.toFloats(batch.scores())).containsExactly(2.5f);
      assertThat(Ops.toLongs(batch.types())).containsExactly(0, 0, 0, 1, 1);
    }
  }

  @Test
  void aTagStandsOnTheFirstTokenOfItsWord() {
    TaggedTokenizer maker = new TaggedTokenizer(tokenizer, LABELS);
    Example tagged = new Example.Tagged(List.of("ab", "c"), List.of("yes", "no"));
    TaggedRow row = maker.make(tagged);
    assertThat(row.ids()).containsExactly(2, 5, 9, 7, 3);
    assertThat(row.tags()).containsExactly(-1, 1, -1, 0, -1);
    assertThat(maker.show(tagged, false)).isEqualTo("[CLS] a[[yes]] ##b c[[no]] [SEP]");
    assertThat(maker.cut(tagged, 4).orElseThrow().tags()).containsExactly(-1, 1, -1, -1);
    assertThat(maker.cut(tagged, 2)).isEmpty();
    try (Scope scope = new Scope()) {
      TaggedBatch batch = TaggedBatch.of(List.of(row, row), Compute.CPU);
      assertThat(Ops.toLongs(batch.positions())).containsExactly(1, 3, 6, 8);
      assertThat(Ops.toLongs(batch.targets())).containsExactly(1, 0, 1, 0);
    }
  }

  @Test
  void controlTokensAreNeverHidden() {
    Masking masking = Masking.of(0.5, tokenizer);
    MaskableTokenizer maker = new MaskableTokenizer(tokenizer, masking);
    // z is unknown, but a word; the [SEP] in the text is a control token.
    MaskableRow row = maker.make(new Example.Text("a [SEP] z"));
    assertThat(row.ids()).containsExactly(2, 5, 3, 1, 3);
    assertThat(row.maskable()).containsExactly(false, true, false, true, false);
    assertThat(masking.mask()).isEqualTo(4);
    assertThat(masking.vocabulary()).isEqualTo(10);
    assertThat(maker.show(new Example.Text("a"), false)).endsWith("-> [[a]]");
    try (Tokenizer none = Tokenizer.load(TinyBase.DIR)) {
      assertThatThrownBy(() -> Masking.of(0.15, none)).isInstanceOf(UserError.class);
    }
  }

  @Test
  void sequencesToSequences() {
    Seq2SeqTokenizer maker = new Seq2SeqTokenizer(tokenizer, "c ", 4);
    Example both = new Example.PromptCompletion("a", "b c a");
    Seq2SeqRow row = maker.make(both);
    assertThat(row.ids()).containsExactly(2, 7, 5, 3);
    assertThat(row.target()).containsExactly(2, 6, 7, 5, 3);
    assertThat(maker.cut(both, 3).orElseThrow().target()).containsExactly(2, 6, 7, 3);
    assertThat(maker.cut(both, 3).orElseThrow().ids()).containsExactly(2, 7, 3);
    try (Scope scope = new Scope()) {
      Seq2SeqBatch batch = Seq2SeqBatch.of(List.of(row, row), 0, Compute.CPU);
      assertThat(Ops.toLongs(batch.decoder().ids())).containsExactly(0, 2, 6, 7, 5, 0, 2, 6, 7, 5);
      assertThat(Ops.toLongs(batch.targets())).containsExactly(2, 6, 7, 5, 3, 2, 6, 7, 5, 3);
      assertThat(batch.input().lengths()).containsExactly(4); // read once for both
      assertThat(batch.sources()).containsExactly(0, 0);
    }
    Report<Seq2SeqRow> report = examine(samples(both), Samples.NONE, TooLong.RAISE, maker);
    assertThatThrownBy(report::healthy)
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(
            "x.csv line 2 has 4 tokens to read and 5 to write, more than classify.max_length 6 or classify.max_target 4 (1 of 1");
  }

  @Test
  void whatTheDoctorSaysOfLabels() {
    Samples train =
        samples(
            labelled("a", "yes"),
            labelled("a", "yes"), // a repetition
            labelled("A", "no"), // the same text in lower case, another label
            labelled(" ", "yes"),
            labelled("a b c a b c", "yes")); // eight tokens
    Report<LabelledRow> report =
        examine(
            train,
            samples(labelled("a", "yes")),
            TooLong.TRUNCATE,
            new LabelledTokenizer(tokenizer, LABELS));
    assertThat(report.errors()).isEmpty();
    assertThat(report.trainRows()).extracting(LabelledRow::length).containsExactly(3, 3, 3, 2, 6);
    assertThat(report.warnings())
        .containsExactly(
            "1 rows of the evaluation are also in training; its loss will flatter",
            "1 rows of training repeat an earlier row, the first is x.csv line 3",
            "1 rows of training ask for something else than an earlier row with the same text, the first is x.csv line 4",
            "1 rows of training hold an empty text, the first is x.csv line 5",
            "1 of 2 labels are on no row of the evaluation: no");
    assertThat(report.render(false))
        .contains("5 rows read, 0 refused, 5 used: 19 tokens, 5 labels")
        .contains("2 labels on 5 rows")
        .containsPattern("yes +4 +80[.]0%")
        .contains("longer than 6: 1 rows (truncate: 0 left out, 0 of 5 labels lost)")
        .contains("[CLS] a [SEP] -> [[yes]]");
  }

  @Test
  void labelsThatTeachNothingOrAreUnknown() {
    LabelledTokenizer maker = new LabelledTokenizer(tokenizer, LABELS);
    Samples same = samples(labelled("a", "no"), labelled("b", "no"));
    assertThat(examine(same, Samples.NONE, TooLong.RAISE, maker).errors())
        .containsExactly(
            "all 2 rows of training have the label no: there is nothing to tell apart");
    Samples odd = samples(labelled("b", "yes"), labelled("b", "maybe"));
    assertThatThrownBy(() -> examine(same, odd, TooLong.RAISE, maker))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("x.csv line 3: label \"maybe\" is none of the 2 labels");
    List<Example> skewed = new ArrayList<>(List.of(labelled("a b", "no")));
    for (int i = 1; i <= 10; i++) {
      skewed.add(labelled("c ".repeat(i), "yes"));
    }
    assertThat(
            examine(samples(skewed.toArray(Example[]::new)), Samples.NONE, TooLong.DROP, maker)
                .warnings())
        .containsExactly(
            "label yes is on 10 of 11 rows of training, label no on 1: accuracy will flatter, look at macro F1 too");
  }

  @Test
  void scoresThatTeachNothing() {
    RatedTokenizer maker = new RatedTokenizer(tokenizer);
    Samples constant = samples(new Example.Rated("a", Optional.empty(), 2));
    assertThat(examine(constant, Samples.NONE, TooLong.RAISE, maker).errors())
        .containsExactly("all 1 rows of training have the score 2: there is nothing to learn");
    Samples train =
        samples(
            new Example.Rated("a", Optional.empty(), 0),
            new Example.Rated("b", Optional.empty(), 5));
    Report<RatedRow> report =
        examine(train, samples(new Example.Rated("c", Optional.empty(), 7)), TooLong.RAISE, maker);
    assertThat(report.warnings())
        .containsExactly("scores of the evaluation go from 7 to 7, those of training from 0 to 5");
    assertThat(report.render(false)).contains("scores from 0 to 5, mean 2.5000");
  }
}

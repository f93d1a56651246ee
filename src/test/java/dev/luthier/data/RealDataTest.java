package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every form on a real file. The row counts are those of the files' SOURCE.txt. */
class RealDataTest {
  private static final Path SHARED = Path.of("../shared/data");

  private static DataSet shared(String name, Map<String, String> columns) {
    Path file = SHARED.resolve(name);
    assumeTrue(Files.exists(file), "needs " + file);
    return new DataSet(
        file.toString(),
        Optional.empty(),
        new Columns(columns),
        OptionalDouble.empty(),
        OptionalLong.empty());
  }

  @Test
  void messagesThatShipWithTheProject() {
    Samples samples = DataSet.of("data/tiny-chat/sft-train.jsonl").load();
    assertThat(samples.list()).hasSize(2400);
    assertThat(samples.refused()).isEmpty();
    assertThat(samples.list().get(0).example()).isInstanceOf(Example.Chat.class);
  }

  @Test
  void preferencePairsAreNoFormToImitate() {
    assertThatThrownBy(() -> DataSet.of("data/tiny-chat/preference-train.jsonl").load())
        .isInstanceOf(UserError.class)
        .hasMessageContaining("line 1: the columns are prompt, chosen, rejected");
  }

  @Test
  void alpaca() {
    Samples samples = shared("instruction-demo/alpaca_en.json", Map.of()).load();
    assertThat(samples.rows()).isEqualTo(999);
    assertThat(samples.list().size() + samples.refused().size()).isEqualTo(999);
    assertThat(samples.notes().get(0)).endsWith("999 rows, form alpaca");
    assertThat(samples.refused()).isEmpty();
  }

  @Test
  void shareGptWithTools() {
    Samples samples = shared("instruction-demo/toolcall_sharegpt_en.json", Map.of()).load();
    assertThat(samples.list()).hasSize(300);
    long calls =
        samples.list().stream()
            .flatMap(s -> ((Example.Chat) s.example()).messages().stream())
            .filter(m -> m.fields().containsKey("tool_calls"))
            .count();
    assertThat(calls).isEqualTo(211); // turns from function_call in the file
    Example.Chat first = (Example.Chat) samples.list().get(0).example();
    assertThat(first.tools().get(0)).containsEntry("type", "function");
  }

  @Test
  void promptAndCompletionUnderOtherNames() {
    Samples samples =
        shared("gsm8k/test.jsonl", Map.of("prompt", "question", "completion", "answer")).load();
    assertThat(samples.list()).hasSize(1319);
    assertThat(((Example.PromptCompletion) samples.list().get(0).example()).prompt())
        .startsWith("Janet");
  }

  @Test
  void columnsInsideLists() {
    Samples samples =
        shared(
                "self-instruct/seed_tasks.jsonl",
                Map.of("input", "instances.0.input", "output", "instances.0.output"))
            .load();
    assertThat(samples.rows()).isEqualTo(175);
    assertThat(samples.notes().get(0)).endsWith("form alpaca");
    assertThat(samples.list()).isNotEmpty();
  }

  @Test
  void textFromCsv() {
    Samples samples = shared("banking77/test.csv", Map.of()).load();
    assertThat(samples.list()).hasSize(3080);
    assertThat(samples.notes().get(0)).endsWith("form text");
  }

  @Test
  void messagesWithALabelBesideThem() {
    assertThat(shared("preference-demo/kto_en.json", Map.of()).load().list()).hasSize(300);
  }

  private static Tokenizer minilm() {
    Path folder = Path.of("../shared/models/minilm-l6-v2");
    assumeTrue(Files.exists(folder), "needs " + folder);
    return Tokenizer.load(folder);
  }

  @Test
  void intentsOfBanking77() {
    List<Form> wanted = List.of(Form.LABELLED);
    Samples train = shared("banking77/train.csv", Map.of()).load(wanted);
    Samples test = shared("banking77/test.csv", Map.of()).load(wanted);
    assertThat(train.list()).hasSize(10003);
    assertThat(test.list()).hasSize(3080);
    assertThat(train.refused()).isEmpty();
    LabelSet labels = LabelSet.of(train);
    assertThat(labels.size()).isEqualTo(77);
    assertThat(labels.names()).isSorted().contains("card_arrival");
    try (Tokenizer tokenizer = minilm()) {
      Report<LabelledRow> report =
          new Doctor(128, TooLong.TRUNCATE, "classify")
              .examine(train, test, new LabelledTokenizer(tokenizer, labels))
              .healthy();
      assertThat(report.trainRows()).hasSize(10003);
      assertThat(report.evalRows()).hasSize(3080);
      // "I am still waiting on my card?": [CLS], seven words, the mark, [SEP]; padded to nothing.
      LabelledRow first = report.trainRows().get(0);
      assertThat(first.length()).isEqualTo(10);
      assertThat(first.ids()[0]).isEqualTo(101);
      assertThat(first.ids()[9]).isEqualTo(102);
      assertThat(labels.name(first.label())).isEqualTo("card_arrival");
      assertThat(report.render(false)).contains("77 labels on 10003 rows");
    }
  }

  @Test
  void sentencePolarityFromPlainLines(@TempDir Path dir) throws IOException {
    Path zip = SHARED.resolve("sentence-polarity/sentence_polarity.zip");
    assumeTrue(Files.exists(zip), "needs " + zip);
    try (FileSystem files = FileSystems.newFileSystem(zip)) {
      for (String name : List.of("rt-polarity.neg", "rt-polarity.pos")) {
        Files.copy(files.getPath("sentence_polarity", name), dir.resolve(name));
      }
    }
    Samples samples =
        Samples.load(
            List.of(polarity(dir, "neg", "negative"), polarity(dir, "pos", "positive")),
            List.of(Form.LABELLED),
            1);
    assertThat(samples.list()).hasSize(10662);
    assertThat(samples.refused()).isEmpty();
    LabelSet labels = LabelSet.of(samples);
    assertThat(labels.names()).containsExactly("negative", "positive");
    try (Tokenizer tokenizer = minilm()) {
      Report<LabelledRow> report =
          new Doctor(128, TooLong.RAISE, "classify")
              .examine(samples, Samples.NONE, new LabelledTokenizer(tokenizer, labels))
              .healthy();
      assertThat(report.trainRows().get(0).label()).isZero();
      assertThat(report.trainRows().get(10661).label()).isEqualTo(1);
      assertThat(report.findings().train().get(1)).containsPattern("negative +5331 +50[.]0%");
    }
  }

  private static DataSet polarity(Path dir, String ending, String label) {
    return new DataSet(
        dir.resolve("rt-polarity." + ending).toString(),
        Optional.empty(),
        new Columns(Map.of(), Map.of("label", label)),
        FileKind.of(Optional.of(FileFormat.LINES), "utf-8"),
        OptionalDouble.empty(),
        OptionalLong.empty());
  }

  @Test
  void toxicityByClassAndByCount() {
    Samples classes = shared("toxicity/labeled_data.csv", Map.of()).load(List.of(Form.LABELLED));
    assertThat(classes.rows()).isEqualTo(24783);
    assertThat(LabelSet.of(classes).names()).containsExactly("0", "1", "2");
    Samples counts =
        shared("toxicity/labeled_data.csv", Map.of("score", "hate_speech"))
            .load(List.of(Form.RATED));
    assertThat(counts.list()).hasSize(24783);
    assertThat(((Example.Rated) counts.list().get(0).example()).score()).isZero();
    try (Tokenizer tokenizer = minilm()) {
      LabelledTokenizer maker = new LabelledTokenizer(tokenizer, LabelSet.of(classes));
      assertThat(new LabelCheck(maker.labels(), "rows").inspect(classes, Samples.NONE).warnings())
          .anyMatch(w -> w.startsWith("label 1 is on 19190 of 24783 rows of training"));
      assertThat(maker.make(classes.list().get(0).example()).label()).isEqualTo(2);
    }
  }
}

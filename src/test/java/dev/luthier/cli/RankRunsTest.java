package dev.luthier.cli;

import static dev.luthier.cli.Said.luthier;
import static dev.luthier.cli.Said.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.TinyRun;
import dev.luthier.TinyTask;
import dev.luthier.recipe.Training;
import dev.luthier.train.MetricsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rank classification from recipe to answers, on a decoder and on an encoder with a decoder. */
class RankRunsTest {
  private static final List<String> LIVELY = List.of("blue", "green", "red");

  @TempDir Path dir;

  private static List<Double> measured(Path out, String name) {
    List<Double> values = new ArrayList<>();
    for (MetricsFile.Line line : MetricsFile.read(out.resolve("metrics.jsonl"))) {
      if (line.values().containsKey(name)) {
        values.add(line.values().get(name));
      }
    }
    return values;
  }

  private static double last(Path out, String name) {
    List<Double> values = measured(out, name);
    return values.get(values.size() - 1);
  }

  private static void refused(Path recipe, String line, String... overrides) {
    List<String> args = new ArrayList<>(List.of("train", recipe.toString()));
    args.addAll(List.of(overrides));
    Said said = luthier(args.toArray(String[]::new));
    assertThat(said.err()).isEqualTo("error: " + line + System.lineSeparator());
    assertThat(said.code()).isEqualTo(2);
  }

  /** Which colour is it? The choices are those of the row. */
  private TinyTask asked() {
    return TinyTask.in(
        dir,
        "t5",
        "rank_classify",
        (words, i) ->
            Map.of("prompt", String.join(" ", words), "choices", LIVELY, "answer", words.get(0)));
  }

  /** Which colour is it? Another word stands for each. */
  private TinyTask labelled() {
    return TinyTask.in(
        dir,
        "t5",
        "{ rank_classify: { template: 'friend {text}', words: { red: horse, green: house, blue: 'river"
            + " river' } } }",
        (words, i) -> Map.of("text", String.join(" ", words), "label", words.get(0)));
  }

  @Test
  void choicesOfTheRows() throws IOException {
    TinyTask task = asked();
    String out = ok("train", task.recipe().toString(), "--optim.lr=1e-2");
    assertThat(last(task.out(), "eval/accuracy")).isEqualTo(1);
    assertThat(last(task.out(), "eval/f1")).isEqualTo(1);
    for (String term : List.of("loss_lm", "loss_ul", "loss_ln")) {
      assertThat(last(task.out(), term)).isLessThan(measured(task.out(), term).get(0));
    }
    String model = task.out() + "/model";
    assertThat(out).contains("next      ./luthier classify " + model + " --rows FILE.jsonl");
    Path rows = dir.resolve("new.jsonl");
    Files.writeString(
        rows,
        """
        {"prompt": "blue chair river", "choices": ["red", "blue"]}
        {"question": "red horse horse", "options": ["red", "green", "blue"]}
        """);
    assertThat(ok("classify", model, "--rows", rows.toString()))
        .matches(
            "blue  [01]\\.\\d{3}  \\(red [01]\\.\\d{3}, blue [01]\\.\\d{3}\\)\\R"
                + "red  [01]\\.\\d{3}  \\(red .*, green .*, blue .*\\)\\R");
    assertThat(
            ok("classify", model, "--text", "green chair", "--choice", "red", "--choice", "green"))
        .startsWith("green  ");
  }

  @Test
  void labelsThroughWords() throws IOException {
    TinyTask task = labelled();
    String out = ok("train", task.recipe().toString(), "--peft=ia3", "--optim.lr=0.2");
    assertThat(last(task.out(), "eval/accuracy"))
        .isGreaterThan(measured(task.out(), "eval/accuracy").get(0));
    Path adapter = task.out().resolve("adapter");
    assertThat(out).contains("--adapter " + adapter + " --text TEXT");
    assertThat(Files.readString(adapter.resolve("rank_classify.yaml")))
        .contains("template: friend {text}", "  blue: river river");
    String said =
        ok("classify", task.model().toString(), "--adapter", adapter.toString(), "--text", "blue");
    assertThat(said)
        .matches("(red|green|blue)  [01]\\.\\d{3}  \\(red .*, green .*, blue [01]\\.\\d+\\)\\R");
    Path converted = dir.resolve("converted");
    ok("adapter", "convert", "" + adapter, "--into", "" + converted, "--to", "peft");
    assertThat(
            ok("classify", task.model().toString(), "--adapter", "" + converted, "--text", "blue"))
        .isEqualTo(said);
    Path merged = dir.resolve("merged");
    ok("adapter", "merge", task.model().toString(), adapter.toString(), merged.toString());
    assertThat(ok("classify", merged.toString(), "--text", "blue")).isEqualTo(said);
  }

  /** A decoder with an adapter; prompts and choices as they are. */
  private TinyRun decoder() throws IOException {
    TinyRun run = TinyRun.in(dir);
    Files.writeString(
        run.recipe(),
        Files.readString(run.recipe())
            .replaceFirst("method: sft", "method: { rank_classify: { score: sum } }")
            .replaceFirst("peft: .*", "peft: ia3")
            .replaceFirst("lr: 5e-3", "lr: 1e-1"));
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 48; i++) {
      String sign = i % 2 == 0 ? "+" : "-";
      rows.add(
          "{\"prompt\": \"%s%d: \", \"choices\": [\"up\", \"down\"], \"answer\": %d}"
              .formatted(sign, i, i % 2));
    }
    Files.write(dir.resolve("train.jsonl"), rows);
    return run;
  }

  @Test
  void aDecoder() throws IOException {
    TinyRun run = decoder();
    ok("train", run.recipe().toString());
    List<Double> losses = measured(run.out(), "eval/loss");
    assertThat(losses.get(losses.size() - 1)).isLessThan(losses.get(0) - 0.5);
    assertThat(measured(run.out(), "eval/f1_positive")).isNotEmpty();
    assertThat(
            ok(
                "classify",
                run.model().toString(),
                "--adapter",
                run.out() + "/adapter",
                "--text",
                "+3: ",
                "--choice",
                "up",
                "--choice",
                "down"))
        .matches("(up|down)  [01]\\.\\d{3}  \\(up [01]\\.\\d{3}, down [01]\\.\\d{3}\\)\\R");
  }

  /** The run breaks in the middle of an epoch and between checkpoints. */
  @Test
  void goesOnToTheSameBytes() throws IOException {
    TinyRun run = decoder();
    Path whole = dir.resolve("whole");
    Path broken = dir.resolve("broken");
    Breaks never = new Breaks(-1, new ArrayList<>());
    assertThat(never.train(run.recipe(), whole, Training.Start.NEW)).isTrue();
    assertThat(new Breaks(17, new ArrayList<>()).train(run.recipe(), broken, Training.Start.NEW))
        .isFalse();
    assertThat(never.train(run.recipe(), broken, Training.Start.RESUME)).isTrue();
    for (String name : List.of("adapter_model.safetensors", "rank_classify.yaml")) {
      assertThat(broken.resolve("adapter").resolve(name))
          .hasSameBinaryContentAs(whole.resolve("adapter").resolve(name));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[\"red\"] | \"red\" | column \"choices\": there is one choice; at least two are needed",
        "[] | 0 | column \"choices\": there is no choice; at least two are needed",
        "[\"red\", \"green\"] | \"blue\" | column \"answer\" is \"blue\", none of the choices [red,"
            + " green] nor a place from 0 to 1",
        "[\"red\", \"green\"] | 2 | column \"answer\" is \"2\", none of the choices [red, green] nor"
            + " a place from 0 to 1",
        "[\"red\", \"red \"] | 0 | column \"choices\": a choice is there twice; each needs a text of"
            + " its own",
        "[\"red\", \" \"] | 0 | column \"choices\": a choice is empty; each needs a text",
        "[1, 0] | 1 | column \"answer\" is 1, the place of choice \"0\" and the text of another; give"
            + " the text in quotes",
        "\"red\" | 0 | column \"choices\" is a text that is no JSON; a list or JSON is needed",
        "[\"red\", null] | 0 | column \"choices\" holds null; texts are needed",
        "[\"red\", \"blue\"] | null | column \"answer\" is null; a choice's text or its place is"
            + " needed"
      })
  void wrongRows(String choices, String answer, String reason) throws IOException {
    TinyTask task = asked();
    Path file = dir.resolve("bad.jsonl");
    Files.writeString(
        file,
        "{\"prompt\": \"red\", \"choices\": %s, \"answer\": %s}%n".formatted(choices, answer));
    refused(
        task.recipe(),
        "%s: none of 1 rows can be used; the first, %s line 1: %s".formatted(file, file, reason),
        "--data.train=" + file);
    assertThat(task.out()).doesNotExist();
  }

  /** Two words that the tokenizer does not know are one to the model. */
  @Test
  void choicesOfTheSameTokens() throws IOException {
    TinyTask task = asked();
    Path file = dir.resolve("bad.jsonl");
    Files.writeString(
        file, "{\"prompt\": \"red\", \"choices\": [\"pink\", \"grey\"], \"answer\": 0}\n");
    refused(
        task.recipe(),
        file
            + " line 1 has the choices \"pink\" and \"grey\", which are the same tokens (1 of 1 rows"
            + " are so): reword one of them",
        "--data.train=" + file);
  }

  @Test
  void wrongSettings() throws IOException {
    TinyTask task = labelled();
    refused(
        task.recipe(),
        dir
            + "/train.jsonl line 1: the row has a label and no choices; rank_classify.template must"
            + " say how it is asked, as \"{text}\\nAnswer: \"",
        "--method=rank_classify");
    refused(
        task.recipe(),
        "rank_classify.words has no word for label \"blue\"; it has words for red, green",
        "--method={rank_classify: {template: '{text}', words: {red: horse, green: house}}}");
    refused(
        task.recipe(),
        "rank_classify.words: \"horse\" stands for two labels; each needs its own",
        "--method={rank_classify: {template: '{text}', words: {red: horse, green: horse, blue:"
            + " river}}}");
    String twice = "--method={rank_classify: {template: '{text} {text_pair}'}}";
    refused(
        task.recipe(),
        dir
            + "/train.jsonl line 1: rank_classify.template has {text_pair}, but there is one text"
            + " only",
        twice);
    refused(
        task.recipe(),
        "an encoder with a decoder reads plain texts, but rank_classify.style is chat",
        "--method={rank_classify: {template: '{text}', style: chat}}");
  }

  @Test
  void wrongQuestions() throws IOException {
    TinyTask task = asked();
    String model = task.model().toString();
    Said none = luthier("classify", model, "--text", "red");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err())
        .isEqualTo(
            "error: "
                + model
                + " does not say what to choose from: give --choice TEXT for each answer, or --rows"
                + " FILE; or train with the method classify or rank_classify"
                + System.lineSeparator());
    Said one = luthier("classify", model, "--text", "red", "--choice", "red");
    assertThat(one.err())
        .isEqualTo(
            "error: --choice: there is one choice; at least two are needed"
                + System.lineSeparator());
    Path rows = dir.resolve("new.jsonl");
    Files.writeString(rows, "{\"prompt\": \"red\"}\n");
    assertThat(luthier("classify", model, "--rows", rows.toString()).err())
        .isEqualTo(
            "error: "
                + rows
                + " line 1: a column is missing: choices | answer_choices | options"
                + System.lineSeparator());
  }

  @Test
  void aFileWithoutQuestions() throws IOException {
    Path rows = Files.createFile(dir.resolve("none.jsonl"));
    Said none = luthier("classify", asked().model().toString(), "--rows", rows.toString());
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err())
        .isEqualTo(
            "error: " + rows + " is empty; it must hold a text at least" + System.lineSeparator());
  }

  @Test
  void anEncoderHasNothingToRankWith() {
    TinyTask task =
        TinyTask.in(
            dir,
            "bert_mlm",
            "{ rank_classify: { template: '{text}' } }",
            (words, i) -> Map.of("text", String.join(" ", words), "label", words.get(0)));
    refused(
        task.recipe(),
        task.model()
            + "/config.json: a BertForMaskedLM writes no answers; rank_classify is for decoders and"
            + " T5, for others there is classify");
  }
}

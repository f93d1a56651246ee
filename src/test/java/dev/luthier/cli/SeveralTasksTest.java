package dev.luthier.cli;

import static dev.luthier.cli.Said.luthier;
import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.Golden;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of two tasks in one run, from the recipe to what is asked of the result. */
class SeveralTasksTest {
  private static final String HYPER = "{ hyper_adapter: { tasks: 2, width: { reduced: 8 } } }";
  private static final String PROMPT = "{ multitask_prompt: { tasks: 2, tokens: 4 } }";

  @TempDir Path dir;

  private static Said train(Path recipe, String... overrides) {
    List<String> args = new ArrayList<>(List.of("train", recipe.toString()));
    args.addAll(List.of(overrides));
    return luthier(args.toArray(String[]::new));
  }

  /** The same texts ask for their colour, or for whether they begin with red. */
  private TinyTask classify() {
    return TinyTask.in(
        dir,
        "bert_mlm",
        "classify",
        (words, i) ->
            Map.of(
                "text",
                String.join(" ", words),
                "kind",
                i / 3 % 2 == 0 ? "colour" : "is it red",
                "label",
                i / 3 % 2 == 0 ? words.get(0) : words.get(0).equals("red") ? "yes" : "no"));
  }

  private static Map<String, Double> last(Path out) {
    List<MetricsFile.Line> lines =
        MetricsFile.read(out.resolve("metrics.jsonl")).stream()
            .filter(line -> line.values().containsKey("eval/loss"))
            .toList();
    return lines.get(lines.size() - 1).values();
  }

  private static String classified(String... more) {
    List<String> args = new ArrayList<>(List.of("classify"));
    args.addAll(List.of(more));
    args.addAll(List.of("--text", "blue chair river", "--text", "red horse horse"));
    Said said = luthier(args.toArray(String[]::new));
    assertThat(said.code()).as(said.err()).isZero();
    return said.out();
  }

  private static String refused(String... args) {
    Said said = luthier(args);
    assertThat(said.code()).as(said.out()).isEqualTo(2);
    return said.err().strip();
  }

  @Test
  void oneTextGetsTheAnswerOfEachTask() throws IOException {
    TinyTask task = classify();
    Said said =
        train(
            task.recipe(),
            "--data.columns={task: kind}",
            "--peft=" + HYPER,
            "--optim.lr=1e-3",
            "--optim.epochs=16");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.out() + said.err())
        .contains("2 tasks: colour 24, is it red 24")
        .contains("; colour loss ")
        .contains("; is it red loss ")
        .contains("--adapter " + task.out() + "/adapter --task colour --text TEXT");
    Map<String, Double> values = last(task.out());
    assertThat(values.get("eval/colour/accuracy")).isEqualTo(1);
    assertThat(values.get("eval/is it red/accuracy")).isEqualTo(1);
    assertThat(values.get("eval/accuracy")).isEqualTo(1);
    // 6 rows each: the whole is the mean of the tasks
    assertThat(values.get("eval/colour/loss") + values.get("eval/is it red/loss"))
        .isCloseTo(2 * values.get("eval/loss"), org.assertj.core.api.Assertions.within(1e-6));
    Path adapter = task.out().resolve("adapter");
    assertThat(Files.readString(adapter.resolve("tasks.json")))
        .isEqualTo("[\"colour\",\"is it red\"]");
    String model = task.model().toString();
    assertThat(classified(model, "--adapter", adapter.toString(), "--task", "colour"))
        .matches("blue  [01]\\.\\d+\\R" + "red  [01]\\.\\d+\\R");
    assertThat(classified(model, "--adapter", adapter.toString(), "--task", "is it red"))
        .matches("no  [01]\\.\\d+\\R" + "yes  [01]\\.\\d+\\R");
    assertThat(luthier("adapter", "info", adapter.toString()).out())
        .containsPattern("method +hyper_adapter")
        .containsPattern("task +is it red");
    assertThat(refused("classify", model, "--adapter", adapter.toString(), "--text", "red"))
        .isEqualTo(
            "error: the adapter tells the tasks colour, is it red apart; say which with --task");
    assertThat(
            refused(
                "classify",
                model,
                "--adapter",
                adapter.toString(),
                "--task",
                "size",
                "--text",
                "red"))
        .isEqualTo("error: --task size is none of the adapter's: colour, is it red");
  }

  @Test
  void twoTasksAreWritten() throws IOException {
    TinyRun run = TinyRun.in(dir);
    split(run);
    Said said =
        train(run.recipe(), "--peft=" + PROMPT, "--optim.epochs=1", "--data.train=" + two());
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(last(run.out()))
        .containsKeys("eval/one/loss", "eval/two/loss", "eval/one/exact_match", "eval/exact_match");
    String adapter = run.out().resolve("adapter").toString();
    String model = run.model().toString();
    List<String> written = new ArrayList<>();
    for (String task : List.of("one", "two")) {
      Said answer =
          luthier(
              "generate",
              model,
              "--adapter",
              adapter,
              "--task",
              task,
              "--plain",
              "--temperature",
              "0",
              "--max-new-tokens",
              "6",
              "What is 3");
      assertThat(answer.code()).as(answer.err()).isZero();
      written.add(answer.out());
    }
    Files.delete(run.out().resolve("adapter/tasks.json")); // as in PEFT's own folders
    Said byNumber =
        luthier(
            "generate",
            model,
            "--adapter",
            adapter,
            "--task",
            "1",
            "--plain",
            "--temperature",
            "0",
            "--max-new-tokens",
            "6",
            "What is 3");
    assertThat(byNumber.out()).as(byNumber.err()).isEqualTo(written.get(1));
    assertThat(refused("generate", model, "--adapter", adapter, "--task", "2", "--plain", "What"))
        .isEqualTo("error: --task 2 is none of the adapter's: 0 to 1");
    assertThat(refused("generate", model, "--adapter", adapter, "--plain", "What"))
        .contains("the adapter tells tasks 0 to 1 apart; say which with --task");
    assertThat(refused("generate", model, "--task", "one", "--plain", "What"))
        .isEqualTo("error: --task one: without an adapter there are no tasks; leave it out");
    assertThat(refused("chat", model, "--adapter", adapter)).contains("say which with --task");
  }

  /** An encoder and a decoder with a network each; both tasks read the same texts. */
  @Test
  void aSourceIsRewrittenForItsTask() {
    TinyTask task =
        TinyTask.in(
            dir,
            "t5",
            "{ seq2seq: { max_target: 4 } }",
            (words, i) ->
                Map.of(
                    "input",
                    String.join(" ", words),
                    "task",
                    i / 3 % 2,
                    "target",
                    words.get(i / 3 % 2 == 0 ? 0 : 1)));
    Said said =
        train(
            task.recipe(),
            "--peft={together: [" + HYPER + ", {lora: {rank: 4}}]}",
            "--optim.lr=2e-3",
            "--optim.epochs=4");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(last(task.out()))
        .containsKeys("eval/0/loss", "eval/1/loss", "eval/0/rouge_l", "eval/1/exact_match");
    String adapter = task.out().resolve("adapter").toString();
    String model = task.model().toString();
    Said answer =
        luthier("generate", model, "--adapter", adapter, "--task", "1", "--plain", "red horse");
    assertThat(answer.code()).as(answer.err()).isZero();
    assertThat(refused("generate", model, "--adapter", adapter, "--plain", "red horse"))
        .contains("the adapter tells the tasks 0, 1 apart");
    assertThat(luthier("adapter", "info", adapter).out()).containsPattern("task +1");
  }

  /** The choices of a question belong to its task; both tasks ask of the same texts. */
  @ParameterizedTest
  @ValueSource(strings = {HYPER, PROMPT})
  void choicesAreRankedForTheirTask(String peft) {
    TinyTask task =
        TinyTask.in(
            dir,
            "t5",
            "rank_classify",
            (words, i) ->
                Map.of(
                    "prompt",
                    words.get(0),
                    "choices",
                    TinyTask.COLOURS.subList(0, 2 + i % 2),
                    "task",
                    i / 3 % 2,
                    "answer",
                    TinyTask.COLOURS.get(i / 3 % 2)));
    Said said = train(task.recipe(), "--peft=" + peft, "--optim.epochs=1");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(last(task.out())).containsKeys("eval/0/accuracy", "eval/1/accuracy");
  }

  private void split(TinyRun run) throws IOException {
    List<String> rows = Files.readAllLines(run.dir().resolve("train.jsonl"));
    Files.write(dir.resolve("one.jsonl"), rows.subList(0, rows.size() / 2));
    Files.write(dir.resolve("two.jsonl"), rows.subList(rows.size() / 2, rows.size()));
  }

  private String two() {
    return "[{path: %s/one.jsonl, set: {task: one}}, {path: %s/two.jsonl, set: {task: two}}]"
        .formatted(dir, dir);
  }

  @ParameterizedTest
  @ValueSource(strings = {HYPER, PROMPT})
  void goesOnToTheSameBytes(String peft) throws IOException {
    TinyRun run = TinyRun.in(dir);
    split(run);
    String text = Files.readString(run.recipe());
    Files.writeString(
        run.recipe(),
        text.replaceFirst("peft: .*", "peft: " + peft)
            .replaceFirst("data: .*", "data: { holdout: 0.2, train: " + two() + " }"));
    Path whole = dir.resolve("whole");
    Path broken = dir.resolve("broken");
    List<String> notes = new ArrayList<>();
    assertThat(new Breaks(-1, notes).train(run.recipe(), whole, Training.Start.NEW)).isTrue();
    assertThat(new Breaks(17, notes).train(run.recipe(), broken, Training.Start.NEW)).isFalse();
    assertThat(new Breaks(-1, notes).train(run.recipe(), broken, Training.Start.RESUME)).isTrue();
    for (String name : List.of("adapter_model.safetensors", "tasks.json", "adapter_config.json")) {
      assertThat(broken.resolve("adapter").resolve(name))
          .hasSameBinaryContentAs(whole.resolve("adapter").resolve(name));
    }
    assertThat(Golden.json(whole.resolve("adapter/adapter_config.json")).path("num_tasks").asInt())
        .isEqualTo(2);
  }

  @Test
  void whatDoesNotFitIsOneLine() throws IOException {
    TinyTask task = classify();
    String recipe = task.recipe().toString();
    String column = "--data.columns={task: kind}";
    assertThat(refused("train", recipe, "--peft=" + PROMPT))
        .isEqualTo(
            "error: peft.multitask_prompt.tasks is 2, but no row of training names its task; say it for each source (set: { task: NAME }), or map a column to task");
    assertThat(refused("train", recipe, column, "--peft=multitask_prompt"))
        .isEqualTo(
            "error: peft.multitask_prompt.tasks is 1, but the rows of training belong to 2 tasks (colour, is it red); raise it");
    String all = dir + "/train.jsonl";
    assertThat(
            refused(
                "train",
                recipe,
                "--peft=" + PROMPT,
                "--data.eval=[]",
                "--data.train=[{path: %s, set: {task: a}}, {path: %s}]".formatted(all, all)))
        .isEqualTo(
            "error: " + all + " line 1 names no task, but other rows do (a); give every row one");
    assertThat(
            refused(
                "train",
                recipe,
                "--peft=" + PROMPT,
                "--data.eval={path: %s/eval.jsonl, set: {task: b}}".formatted(dir),
                "--data.train={path: %s, set: {task: a}}".formatted(all)))
        .isEqualTo(
            "error: %s/eval.jsonl line 1: task \"b\" is none of the 1 tasks that training has (a); add training rows for it, or remove these"
                .formatted(dir));
    assertThat(task.out()).doesNotExist();
  }

  /** Another method learns all the same, is told so, and is measured task by task. */
  @Test
  void otherMethodsDoNotTellTasksApart() {
    TinyTask task = classify();
    Said said =
        train(
            task.recipe(),
            "--data.columns={task: kind}",
            "--peft={lora: {rank: 4}}",
            "--optim.epochs=1");
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.out())
        .contains(
            "warning: the rows belong to 2 tasks, which lora does not tell apart; they are only measured one by one");
    assertThat(last(task.out())).containsKeys("eval/colour/loss", "eval/is it red/accuracy");
    Path adapter = task.out().resolve("adapter");
    assertThat(adapter.resolve("tasks.json")).doesNotExist();
    assertThat(
            refused(
                "classify",
                task.model().toString(),
                "--adapter",
                adapter.toString(),
                "--task",
                "colour",
                "--text",
                "red"))
        .isEqualTo("error: --task colour: lora does not tell tasks apart; leave it out");
  }
}

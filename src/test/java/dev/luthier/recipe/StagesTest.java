package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.TinyRun;
import dev.luthier.error.UserError;
import dev.luthier.train.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How recipes of stages are read and looked at; nothing is trained. */
class StagesTest {
  @TempDir Path dir;
  private TinyRun tiny;

  @BeforeEach
  void write() {
    tiny = TinyRun.in(dir.resolve("tiny"));
  }

  private String stage(String name, String model, String more) {
    return """
      %s:
        model: %s
        method: sft
        data: %s/train.jsonl
        %s
    """
        .formatted(name, model, tiny.dir(), more);
  }

  private Path file(String stages, String more) throws IOException {
    String text = "output: %s/out\n%sstages:\n%s".formatted(dir, more, stages.indent(2));
    return Files.writeString(dir.resolve("stages.yaml"), text);
  }

  private Stages read(String stages, String... overrides) throws IOException {
    return Stages.read(file(stages, ""), List.of(overrides));
  }

  private void refused(String line, String stages, String... overrides) throws IOException {
    Path file = file(stages, "");
    assertThatThrownBy(() -> Stages.read(file, List.of(overrides)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(line)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  private String first() {
    return stage("sft", tiny.model().toString(), "");
  }

  @Test
  void tellsThemFromRecipes() throws IOException {
    assertThat(Stages.isOne(file(first(), ""))).isTrue();
    assertThat(Stages.isOne(tiny.recipe())).isFalse();
    assertThat(Stages.isOne(dir.resolve("nothing.yaml"))).isFalse();
  }

  /** A reference is the path below the output; outputs, seeds and devices are those of all. */
  @Test
  void putsPathsInTheirPlaces() throws IOException {
    Path file = file(first() + stage("next", "${sft.merged}", "seed: 7"), "seed: 5\ndevice: cpu\n");
    Stages stages = Stages.read(file, List.of());
    Recipe sft = ((TrainStage) stages.all().get(0).stage()).recipe();
    Recipe next = ((TrainStage) stages.all().get(1).stage()).recipe();
    assertThat(next.model().path()).isEqualTo(dir.resolve("out/sft/merged"));
    assertThat(next.model().device()).isEqualTo("cpu");
    assertThat(List.of(sft.output(), next.output()))
        .containsExactly(dir + "/out/sft", dir + "/out/next");
    assertThat(List.of(sft.seed(), next.seed())).containsExactly(5L, 7L);
    assertThat(stages.all().get(0).wanted()).containsExactly("merged");
    assertThat(stages.all().get(1).inputs().keySet()).containsExactly("sft");
    assertThat(stages.models()).isEqualTo(Set.of(tiny.model()));
    assertThat(stages.likeness(next.model().path())).isEqualTo(tiny.model());
  }

  /** Full fine-tuning leaves a model, which is what its merged one is. */
  @Test
  void wholeModelsAreMerged() throws IOException {
    Stages stages =
        read(
            stage("sft", tiny.model().toString(), "peft: full")
                + stage("next", "${sft.merged}", ""));
    assertThat(((TrainStage) stages.all().get(1).stage()).recipe().model().path())
        .isEqualTo(dir.resolve("out/sft/model"));
  }

  @Test
  void overridesReachIntoStages() throws IOException {
    Stages stages =
        read(
            first() + "  best: { answers: { model: '${sft.merged}', data: x.jsonl } }\n",
            "--stages.sft.optim.lr=0.5",
            "--stages.sft.model.device=cpu",
            "--stages.best.answers.draw.samples=3",
            "--device=cuda");
    Recipe sft = ((TrainStage) stages.all().get(0).stage()).recipe();
    assertThat(sft.optim().rate()).isEqualTo(0.5);
    assertThat(sft.model().device()).isEqualTo("cpu");
    assertThat(((AnswersStage) stages.all().get(1).stage()).draw().samples()).isEqualTo(3);
    assertThat(stages.device()).isEqualTo("cuda");
    assertThat(read(first() + stage("next", "${sft.merged}", ""), "--stages.next=null").all())
        .hasSize(1);
  }

  /** What is written down reads as the same stages. */
  @Test
  void textReadsAgain() throws IOException {
    Stages stages = read(first() + stage("next", "${sft.adapter}", ""), "--seed=9");
    Path again = Files.writeString(dir.resolve("again.yaml"), stages.text());
    assertThat(Stages.read(again, List.of()).all()).isEqualTo(stages.all());
  }

  /** What a stage is told, or takes from, makes it another stage; what others do does not. */
  @Test
  void idsFollowWhatWasTold() throws IOException {
    String two = first() + stage("other", tiny.model().toString(), "");
    String three = two + stage("last", "${sft.merged}", "");
    Stages a = read(three);
    Stages b = read(three, "--stages.sft.optim.lr=0.5");
    Stages c = read(three, "--stages.other.optim.lr=0.5");
    assertThat(b.all().get(0).id()).isNotEqualTo(a.all().get(0).id());
    assertThat(b.all().get(1).id()).isEqualTo(a.all().get(1).id());
    assertThat(b.all().get(2).id()).isNotEqualTo(a.all().get(2).id());
    assertThat(c.all().get(2).id()).isEqualTo(a.all().get(2).id());
  }

  @Test
  void refusesReferencesThatLeadNowhere() throws IOException {
    refused(
        "stages.next.model: ${sfd.merged}: there is no stage sfd; did you mean sft?",
        first() + stage("next", "${sfd.merged}", ""));
    refused(
        "stages.next.model: ${next.merged}: a stage cannot take what it leaves itself",
        first() + stage("next", "${next.merged}", ""));
    refused(
        "stages.a.model: ${b.merged}: stage b comes later, and a stage takes from earlier ones only;"
            + " write b before a",
        stage("a", "${b.merged}", "") + stage("b", "${a.merged}", ""));
    refused(
        "stages.next.model: ${sft.adaptr}: stage sft leaves no such thing; there are ${sft.adapter},"
            + " ${sft.merged}, ${sft.metrics}, ${sft.answers}; did you mean ${sft.adapter}?",
        first() + stage("next", "${sft.adaptr}", ""));
    refused("${sft}: stage sft leaves no such thing", first() + stage("next", "${sft}", ""));
    refused(
        "a reference to a stage is ${stage.artefact}", first() + stage("next", "\"${sft.x\"", ""));
  }

  @Test
  void refusesWhatIsNoStage() throws IOException {
    refused("stages must name at least one stage", "  {}\n");
    refused(
        "stages.sft must be a recipe, or one of merge, quantize, regroup, answers", "  sft: 3\n");
    refused("a stage's name is made of letters, digits, _ and -", stage("'a.b'", "x", "seed: 1"));
    refused(
        "stage sft and stage SFT would write to the same folder", first() + stage("SFT", "x", ""));
    refused("the report and stage report would write to", stage("report", "x", ""));
    refused("stages.sft.output: a stage writes to", stage("sft", "x", "output: y"));
    refused("stages.sft: unknown kind of stage merg; did you mean merge?", "  sft: { merg: {} }\n");
    refused("stages.sft: missing key merge.adapter", "  sft: { merge: { model: x } }\n");
    refused(
        "stages.sft: unknown key optim.lrr; did you mean optim.lr?",
        stage("sft", "x", "optim: { lrr: 1 }"));
    refused(
        "--stages.sft.optim.lr=fast: optim.lr must be a number",
        first(),
        "--stages.sft.optim.lr=fast");
    refused(
        "--stages.sfx.optim.lr=1: there is no stage sfx; did you mean sft?",
        first(),
        "--stages.sfx.optim.lr=1");
    refused(
        "answers.by is column, which scores answers of the file",
        "  a: { answers: { model: x, data: y, by: column } }\n");
    refused(
        "draw.temperature must be > 0 for draw.samples 8, was 0",
        "  a: { answers: { model: x, data: y, draw: { temperature: 0 } } }\n");
    refused(
        "quantize.as must be nf4, fp4 or int8, was none",
        "  q: { quantize: { model: x, as: none } }\n");
  }

  private String dryRun(String stages, String more) throws IOException {
    StringWriter out = new StringWriter();
    new StagesFlow(
            Stages.read(file(stages, more), List.of()), () -> Progress.SILENT, new PrintWriter(out))
        .dryRun();
    assertThat(dir.resolve("out")).doesNotExist();
    return out.toString();
  }

  /** Stages whose model is not there yet are looked at on the one that it will come from. */
  @Test
  void looksAtAllStagesBefore() throws IOException {
    String said =
        dryRun(
            first()
                + stage("next", "${sft.merged}", "")
                + "  a: { answers: { model: '${next.merged}', data: %s/train.jsonl, by: exact_match } }\n"
                    .formatted(tiny.dir())
                + stage("last", "${sft.merged}", "eval: { generate: 0 }")
                    .replace("data: %s/train.jsonl".formatted(tiny.dir()), "data: ${a.data}"),
            "");
    assertThat(said)
        .contains("stage 1 of 4: sft (sft)", "stage 2 of 4: next (sft, from sft)")
        .contains("not checked yet: %s/out/sft/merged, which stage sft will leave".formatted(dir))
        .contains("48 prompts, 8 answers each")
        .contains("not checked yet: %s/out/a/data.jsonl, which stage a will leave".formatted(dir));
  }

  private void dryRunRefuses(String line, String stages, String more) {
    assertThatThrownBy(() -> dryRun(stages, more))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(line);
  }

  @Test
  void findsWhatIsMissingBefore() {
    dryRunRefuses(
        "stage next: data.train.path: there is no %s/none.jsonl".formatted(dir),
        first() + stage("next", "${sft.merged}", "").replace(tiny.dir() + "/train", dir + "/none"),
        "");
    dryRunRefuses(
        "stage m: adapter: there is no no-such/folder/adapter",
        "  m: { merge: { model: '%s', adapter: no-such/folder/adapter } }\n"
            .formatted(tiny.model()),
        "");
    dryRunRefuses(
        "stage sft: a later stage takes ${merged}, but prefix_tuning adds something",
        stage("sft", tiny.model().toString(), "peft: prefix_tuning")
            + stage("next", "${sft.merged}", ""),
        "");
    dryRunRefuses(
        "report.data.path: there is no %s/none.jsonl".formatted(dir),
        first(),
        "report: { data: %s/none.jsonl, scorers: { right: exact_match } }\n".formatted(dir));
  }

  /** So is a teacher, and the recipe that is shown names the one that will teach. */
  @Test
  void looksAtATeacherBefore() throws IOException {
    String said =
        dryRun(
            stage("whole", tiny.model().toString(), "peft: full")
                + stage("taught", "${whole.model}", "peft: full")
                    .replace("method: sft", "method: { distill: { teacher: '${whole.model}' } }"),
            "");
    assertThat(said).contains("teacher: %s/out/whole/model".formatted(dir));
  }

  /** A rule that finds no column of its own says so before a model answers. */
  @Test
  void triesRulesBefore() throws IOException {
    Path bare = Files.writeString(dir.resolve("bare.jsonl"), "{\"prompt\": \"a\"}\n");
    dryRunRefuses(
        "stage a: %s line 1: exact_match finds no expected answer".formatted(bare),
        "  a: { answers: { model: '%s', data: '%s', by: exact_match } }\n"
            .formatted(tiny.model(), bare),
        "");
    dryRunRefuses(
        "report: %s line 1: exact_match finds no expected answer".formatted(bare),
        first(),
        "report: { data: %s, scorers: { right: exact_match } }\n".formatted(bare));
  }
}

package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.luthier.Golden;
import dev.luthier.TinyRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with the input is one line and exit code 2, and nothing is left behind. */
class WrongInputTest {
  @TempDir Path dir;
  private TinyRun run;
  private List<String> before = List.of();

  @BeforeEach
  void write() {
    run = TinyRun.in(dir);
  }

  /** The one line on the error's end of the terminal. */
  private String refused(String... args) throws IOException {
    before = files();
    StringWriter err = new StringWriter();
    int code = Luthier.run(args, new PrintWriter(new StringWriter()), new PrintWriter(err));
    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).startsWith("error: ").endsWith(System.lineSeparator());
    String line = err.toString().stripTrailing();
    assertThat(line.lines()).hasSize(1);
    return line.substring("error: ".length());
  }

  private String trainingRefused(String... overrides) throws IOException {
    List<String> args = new ArrayList<>(List.of("train", run.recipe().toString()));
    args.addAll(List.of(overrides));
    return refused(args.toArray(String[]::new));
  }

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    assertThat(files()).isEqualTo(before);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> entries = Files.walk(dir)) {
      return entries.map(Path::toString).sorted().toList();
    }
  }

  private Path edit(String name, String from, String to) throws IOException {
    Path file = dir.resolve(name);
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
    return file;
  }

  private Path row(String json) throws IOException {
    Path file = dir.resolve("rows.jsonl");
    Files.writeString(file, json + "\n");
    return file;
  }

  @Test
  void anUnknownKey() throws IOException {
    edit("recipe.yaml", "micro_batch", "micro_bach");
    assertThat(trainingRefused())
        .isEqualTo(
            run.recipe() + ": unknown key optim.micro_bach; did you mean optim.micro_batch?");
  }

  @Test
  void aMissingFile() throws IOException {
    assertThat(refused("train", dir + "/recip.yaml"))
        .isEqualTo(dir + "/recip.yaml: there is no such recipe");
    assertThat(trainingRefused("--data.train=" + dir + "/rows.jsonl"))
        .isEqualTo("there is no data file " + dir + "/rows.jsonl");
    assertThat(trainingRefused("--model=" + dir + "/modle"))
        .isEqualTo(
            "model.path: no folder "
                + dir
                + "/modle; give a folder with config.json and safetensors");
    Files.delete(run.model().resolve("model.safetensors"));
    assertThat(trainingRefused())
        .isEqualTo(
            run.model()
                + ": holds no weights, expected model.safetensors or model.safetensors.index.json");
  }

  @Test
  void malformedJson() throws IOException {
    Path rows = row("{\"prompt\": \"a \", \"completion\": \"b\"}\n\n{\"prompt\": \"a\", }");
    assertThat(trainingRefused("--data.train=" + rows))
        .isEqualTo(
            rows
                + " line 3 column 17: malformed JSON: Unexpected character ('}' (code 125)): was"
                + " expecting double-quote to start field name");
  }

  @Test
  void aRowWithoutTargets() throws IOException {
    template("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}");
    Path rows =
        row(
            "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}]}\n"
                + "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}");
    assertThat(trainingRefused("--data.train=" + rows, "--data.holdout=0"))
        .isEqualTo(
            rows
                + " line 2 has no token to learn with loss on assistant (1 of 2 rows are so):"
                + " remove such rows or choose another loss");
  }

  @Test
  void aTemplateThatRaises() throws IOException {
    template("{{ raise_exception('roles must alternate') }}");
    Path rows = row("{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}");
    assertThat(trainingRefused("--data.train=" + rows, "--data.holdout=0"))
        .isEqualTo(rows + " line 1: the chat template refuses the chat: roles must alternate");
  }

  private void template(String jinja) throws IOException {
    Files.writeString(run.model().resolve("chat_template.jinja"), jinja);
  }

  @Test
  void aSequenceThatIsTooLong() throws IOException {
    // A beginning, 8 bytes and an end.
    Path rows =
        row(
            "{\"prompt\": \"a \", \"completion\": \"b\"}\n"
                + "{\"prompt\": \"abc \", \"completion\": \"defg\"}");
    assertThat(
            trainingRefused(
                "--data.train=" + rows, "--data.holdout=0", "--method.sft.max_length=9"))
        .isEqualTo(
            rows
                + " line 2 has 10 tokens, more than sft.max_length 9 (1 of 2 rows are longer, the"
                + " longest has 10): raise it, or set sft.too_long to drop or truncate");
  }

  @Test
  void truncatedWeights() throws IOException {
    Path file = run.model().resolve("model.safetensors");
    long size = Files.size(file);
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.truncate(size - 1);
    }
    assertThat(trainingRefused())
        .isEqualTo(
            "%s: it is truncated at tensor model.norm.weight: %d bytes are there, %d are needed; fetch it again"
                .formatted(file, size - 1, size));
  }

  @Test
  void anAdapterForAnotherModel() throws IOException {
    Path adapter = Golden.SHIPPED.resolve("llama/adapters/lora");
    String wrongShape =
        adapter
            + "/adapter_model.safetensors is an adapter for another model: tensor"
            + " base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight has shape [4, 64],"
            + " this model needs [4, 256]";
    String base = "models/tiny-base";
    assertThat(refused("generate", base, "x", "--plain", "--adapter", adapter.toString()))
        .isEqualTo(wrongShape);
    assertThat(refused("adapter", "merge", base, adapter.toString(), dir + "/merged"))
        .isEqualTo(wrongShape);
  }

  @Test
  void aBrokenAdapter() throws IOException {
    Path adapter = Files.createDirectory(dir.resolve("adapter"));
    Path config = Files.createFile(adapter.resolve("adapter_config.json"));
    Path weights = Files.createFile(adapter.resolve("adapter_model.safetensors"));
    assertThat(refused("adapter", "info", adapter.toString()))
        .isEqualTo(config + " is no adapter's configuration, for it names no peft_type");
    Files.copy(
        Golden.SHIPPED.resolve("llama/adapters/lora/adapter_config.json"),
        config,
        StandardCopyOption.REPLACE_EXISTING);
    String same = "--to=same";
    assertThat(refused("adapter", "convert", adapter.toString(), same, "--into", dir + "/copy"))
        .isEqualTo(weights + ": it holds 0 bytes, a safetensors file needs at least 8");
    assertThat(refused("adapter", "convert", adapter.toString(), same, "--into", "" + config))
        .isEqualTo("cannot read " + config + ": it is no folder");
    assertThat(refused("adapter", "info", dir.toString()))
        .isEqualTo(
            "%s has no adapter_config.json, so it is not an adapter folder; did you mean %s?"
                .formatted(dir, adapter));
    assertThat(refused("generate", run.model().toString(), "x", "--adapter", dir + "/none"))
        .isEqualTo(dir + "/none: there is no such folder");
    assertThat(refused("adapter", "list", dir + "/none"))
        .isEqualTo("cannot read " + dir + "/none: it is not there");
    assertThat(refused("classify", "m", "--file", dir + "/none"))
        .isEqualTo("cannot read " + dir + "/none: it is not there");
  }

  @Test
  void valuesOfOptions() throws IOException {
    assertThat(refused("adapter", "convert", "a", "--into", "b", "--to", "lorra"))
        .isEqualTo(
            "--to must be one of lora, peft, adapterhub, same, was lorra; did you mean lora?");
    assertThat(refused("adapter", "compose", "a", "--into", "b", "--weights", "0.7,x"))
        .isEqualTo("--weights must be a number, was x");
  }

  @Test
  void aVocabularyAndATableThatDisagree() throws IOException {
    edit("model/config.json", "\"vocab_size\": 320", "\"vocab_size\": 321");
    assertThat(trainingRefused())
        .isEqualTo(
            run.model()
                + ": tensor model.embed_tokens.weight has shape [320, 64], but config.json asks for"
                + " [321, 64]");
    edit("model/config.json", "\"vocab_size\": 321", "\"vocab_size\": 256");
    assertThat(trainingRefused())
        .isEqualTo(
            run.model()
                + ": tokenizer.json has 262 tokens, but the model has rows for 256; give the model"
                + " its own tokenizer");
  }

  @Test
  void anOutputThatHoldsAnotherRun() throws IOException {
    Files.createDirectory(run.out());
    Files.writeString(run.out().resolve("recipe.yaml"), "model: m\n");
    assertThat(trainingRefused())
        .isEqualTo(
            "output "
                + run.out()
                + " already holds a run; continue it with --resume, or choose another output");
    assertThat(trainingRefused("--resume"))
        .isEqualTo(
            "--resume needs the recipe the run was begun with, but line 1 of "
                + run.out()
                + "/recipe.yaml says \"model: m\" and the recipe now says \"model:\"; restore it, or"
                + " choose another output");
    assertThat(trainingRefused("--resume", "--output=" + dir + "/none"))
        .isEqualTo(
            "there is no run to resume in "
                + dir
                + "/none (no recipe.yaml); start it without --resume");
  }

  @Test
  void aWrongDevice() throws IOException {
    assertThat(trainingRefused("--model.device=gpu"))
        .isEqualTo("--model.device=gpu: model.device must be auto, cpu, cuda or cuda:N, was gpu");
    assertThat(trainingRefused("--model.device=cuda:99"))
        .isEqualTo(
            "model.device is cuda:99, but no CUDA device is usable here (start with"
                + " LUTHIER_PROFILE=cuda on a machine with one); use cpu or auto");
  }

  /** The run's folder is a disk of 200 kB, which the second checkpoint fills. */
  @Test
  void aFullDisk() throws IOException, InterruptedException {
    Files.createDirectory(run.out());
    before = files();
    String mount = "mount -t tmpfs -o size=200k none " + run.out();
    assumeTrue(code("unshare", "-rm", "sh", "-c", mount) == 0, "no disk can be mounted here");
    // The disk is there for these commands only.
    String script = mount + "; \"$@\"; echo code $?; find " + run.out() + " -name '.*'";
    List<String> command = new ArrayList<>(List.of("unshare", "-rm", "sh", "-c", script, "sh"));
    command.addAll(TinyRun.java(Luthier.class.getName(), "train", run.recipe().toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said)
        .containsPattern(
            "error: no space left on the disk of \\S+/state.safetensors: the file needs 98,520 bytes,"
                + " [\\d,]+ of them did not fit; free some space or choose another output; the run"
                + " is saved up to step 2\ncode 2\n")
        .endsWith("code 2\n" + run.out() + "/.lock\n");
  }

  private static int code(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor();
    } catch (IOException e) {
      return -1; // there is no such program
    }
  }
}

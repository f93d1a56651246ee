package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saved adapters listed, shown and combined. */
class AdapterCommandTest {
  private static final String FILES = "src/test/resources/composition";

  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int luthier(String... args) {
    return Luthier.run(args, new PrintWriter(out), new PrintWriter(err));
  }

  @Test
  void listsWhatLiesBelowAFolder() {
    assertThat(luthier("adapter", "list", FILES)).isZero();
    // a: q_proj 2 x (64 + 64), v_proj 2 x (64 + 32)
    assertThat(out.toString())
        .contains("composition/a  lora, 448 weights, for llama")
        .contains("composition/c  lora, 960 weights, for llama");
    assertThat(luthier("adapter", "list", dir.toString())).isEqualTo(2);
    assertThat(err.toString()).startsWith("error: no folder below " + dir);
  }

  @Test
  void makesOneOfSeveral() {
    Path into = dir.resolve("both");
    String[] args = {
      "adapter", "compose", FILES + "/a", FILES + "/c", "--weights", "0.7,0.3", "--into", "" + into
    };
    assertThat(luthier(args)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("saved     " + into + " (cat of 2 adapters)");
    assertThat(luthier("adapter", "info", into.toString())).isZero();
    assertThat(out.toString()).containsPattern("rank +5").contains("weights");
    assertThat(luthier(args)).isEqualTo(2);
    assertThat(err.toString()).contains(into + " is not empty; choose another folder");
  }

  @Test
  void whatDoesNotFitLeavesNothing() {
    Path into = dir.resolve("both");
    assertThat(
            luthier(
                "adapter",
                "compose",
                FILES + "/a",
                FILES + "/c",
                "--how",
                "ties",
                "--into",
                into.toString()))
        .isEqualTo(2);
    assertThat(err.toString()).startsWith("error: ties needs adapters of one rank").hasLineCount(1);
    assertThat(Files.exists(into)).isFalse();
  }

  private static final String LLAMA = "src/test/resources/golden/llama/";

  @Test
  void convertsAndMeasures() {
    Path into = dir.resolve("plain");
    String[] args = {
      "adapter",
      "convert",
      LLAMA + "adapters/rslora",
      "--into",
      "" + into,
      "--model",
      LLAMA + "model"
    };
    assertThat(luthier(args)).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("logits differ by at most 0.00e+00")
        .contains("saved     " + into + " (lora)");
    assertThat(luthier("adapter", "info", into.toString())).isZero();
    assertThat(out.toString()).containsPattern("rslora +false");
  }

  @Test
  void copiesInAnotherTypeWithoutTheModel() {
    Path into = dir.resolve("half");
    String from = "src/test/resources/adapterhub/stack-bert";
    assertThat(
            luthier(
                "adapter", "convert", from, "--into", "" + into, "--to", "same", "--type",
                "float16"))
        .as(err.toString())
        .isZero();
    assertThat(luthier("adapter", "info", into.toString())).isZero();
    assertThat(out.toString()).contains(" float16").doesNotContain("float32");
  }

  @Test
  void whatIsNotExactIsNotConverted() {
    refuses("ia3", "error: ia3 changes the weights by more than a product of two small factors");
    refuses("dora", "error: lora with form dora scales whole rows of the weights");
    refuses("prefix", "error: prefix_tuning puts something beside the weights at model:prefix");
    assertThat(luthier("adapter", "convert", LLAMA + "model", "--into", "" + dir)).isEqualTo(2);
    assertThat(err.toString()).contains("./luthier adapter diff BASE " + LLAMA + "model --into");
    String lora = LLAMA + "adapters/lora";
    assertThat(luthier("adapter", "convert", lora, "--into", "" + dir.resolve("a"))).isEqualTo(2);
    assertThat(err.toString()).contains("which is not here; say where it is with --model");
  }

  private void refuses(String adapter, String start) {
    err.getBuffer().setLength(0);
    Path into = dir.resolve(adapter);
    String[] args = {
      "adapter",
      "convert",
      LLAMA + "adapters/" + adapter,
      "--into",
      "" + into,
      "--model",
      LLAMA + "model"
    };
    assertThat(luthier(args)).isEqualTo(2);
    assertThat(err.toString()).startsWith(start).hasLineCount(1);
    assertThat(Files.exists(into)).isFalse();
  }

  @Test
  void takesAlongHowItIsAsked() throws IOException {
    Path from = Files.createDirectory(dir.resolve("from"));
    for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
      Files.copy(Path.of(LLAMA, "adapters", "lora", name), from.resolve(name));
    }
    Files.writeString(from.resolve("tasks.json"), "[\"a\"]");
    Files.writeString(from.resolve("rank_classify.yaml"), "score: sum\n");
    String into = dir.resolve("into").toString();
    assertThat(luthier("adapter", "convert", "" + from, "--into", into, "--model", LLAMA + "model"))
        .as(err.toString())
        .isZero();
    assertThat(dir.resolve("into/tasks.json")).hasContent("[\"a\"]");
    assertThat(dir.resolve("into/rank_classify.yaml")).hasContent("score: sum");
  }

  @Test
  void swaps() {
    assertThat(luthier("bench", "swap", "--rounds", "3")).as(err.toString()).isZero();
    assertThat(out.toString()).containsPattern("swapped in \\d+\\.\\d{3} ms \\(median of 3");
  }
}

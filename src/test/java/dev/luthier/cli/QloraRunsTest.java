package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.TinyRun;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.quant.Code;
import dev.luthier.quant.FourBit;
import dev.luthier.recipe.Training;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training, merging and using adapters on a model in four bits. */
class QloraRunsTest {
  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int luthier(String... args) {
    return Luthier.run(args, new PrintWriter(out), new PrintWriter(err));
  }

  private TinyRun quantised(String form) throws IOException {
    TinyRun run = TinyRun.in(dir.resolve("run"));
    String text = Files.readString(run.recipe());
    Files.writeString(
        run.recipe(), text.replace("device: cpu }", "device: cpu, quantize: %s }".formatted(form)));
    return run;
  }

  @Test
  void aBrokenRunEndsWithTheBytesOfAnUnbrokenOneAndMerges() throws IOException {
    TinyRun run = quantised("nf4");
    Path whole = dir.resolve("whole");
    Path broken = dir.resolve("broken");
    List<String> notes = new ArrayList<>();
    assertThat(new Breaks(-1, notes).train(run.recipe(), whole, Training.Start.NEW)).isTrue();
    assertThat(new Breaks(17, notes).train(run.recipe(), broken, Training.Start.NEW)).isFalse();
    assertThat(new Breaks(-1, notes).train(run.recipe(), broken, Training.Start.RESUME)).isTrue();
    String file = "adapter/adapter_model.safetensors";
    assertThat(broken.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    assertThat(Files.readString(whole.resolve("adapter/adapter_config.json")))
        .doesNotContain("quanti", "nf4");

    merges(run, whole.resolve("adapter"));
    String model = run.model().toString();
    String adapter = whole.resolve("adapter").toString();
    String[] generate = {
      "generate",
      model,
      "a",
      "--adapter",
      adapter,
      "--quantize",
      "nf4",
      "--plain",
      "--max-new-tokens",
      "4",
      "--device",
      "cpu"
    };
    assertThat(luthier(generate)).as(err.toString()).isZero();
  }

  /** The printed changes: what storing does is far less than what was learnt. */
  private void merges(TinyRun run, Path adapter) {
    Path into = dir.resolve("merged");
    String[] args = {
      "adapter", "merge", "" + run.model(), "" + adapter, "" + into, "--quantize", "nf4"
    };
    assertThat(luthier(args)).as(err.toString()).isZero();
    String said = out.toString();
    assertThat(said).contains("./luthier quantize " + into).doesNotContain("WARNING");
    Matcher m =
        Pattern.compile(
                "in float32: logits differ by at most (\\S+); stored as bfloat16: by at most (\\S+)\\s+"
                    + "the adapter itself changes them by at most (\\S+), by (\\S+) on average;"
                    + " storing by (\\S+) on average")
            .matcher(said);
    assertThat(m.find()).as(said).isTrue();
    double exact = Double.parseDouble(m.group(1));
    double stored = Double.parseDouble(m.group(2));
    double own = Double.parseDouble(m.group(3));
    assertThat(exact).isLessThan(1e-4);
    assertThat(stored).isPositive().isLessThan(own / 5);
    assertThat(into.resolve("config.json")).content().contains("bfloat16");
  }

  @Test
  void thirtyStepsReachTheLossOfLora() throws IOException {
    double[] losses = new double[2];
    List<String> forms = List.of("none", "nf4");
    for (int i = 0; i < 2; i++) {
      Path to = dir.resolve(forms.get(i));
      TinyRun run = i == 0 ? quantised("none") : new TinyRun(dir.resolve("run"));
      String[] args = {
        "train",
        "" + run.recipe(),
        "--model.quantize=" + forms.get(i),
        "--optim.max_steps=30",
        "--eval.generate=0",
        "--output=" + to
      };
      assertThat(luthier(args)).as(err.toString()).isZero();
      Matcher m =
          Pattern.compile("eval/loss\\s+\\S+ -> (\\S+)")
              .matcher(out.toString().substring(out.toString().lastIndexOf("eval/loss")));
      assertThat(m.find()).isTrue();
      losses[i] = Double.parseDouble(m.group(1));
    }
    assertThat(losses[1]).isCloseTo(losses[0], within(0.05 * losses[0]));
  }

  @Test
  void quantisedWeightsAreRefusedWhereAllOfThemWouldTrain() throws IOException {
    TinyRun run = quantised("{ nf4: { block: 128, double_quant: false } }");
    assertThat(luthier("train", "" + run.recipe(), "--peft=full")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "error: weights of llama are quantised; they cannot train; use lora, or load without"
                + " model.quantize");
    assertThat(luthier("train", "" + run.recipe(), "--model.quantize.nf4.block=48")).isEqualTo(2);
    assertThat(err.toString())
        .contains("model.quantize.nf4.block must be a power of two from 16 to 4096, was 48");
    assertThat(luthier("generate", "" + run.model(), "a", "--quantize", "gptq")).isEqualTo(2);
    assertThat(err.toString()).contains("unknown key model.quantize.gptq");
  }

  /** GPT-2's maps are turned in such files. */
  @Test
  void aQuantisedFolderLoadsAsItIsAndIsNotQuantisedAgain() throws IOException {
    for (String family : List.of("llama", "gpt2")) {
      Path from = Path.of("src/test/resources/golden", family, "model");
      Path into = dir.resolve(family);
      assertThat(luthier("quantize", "" + from, "" + into, "--double")).as("" + err).isZero();
      Compute nf4 = Compute.CPU.packing(new FourBit(Code.NF4, 64, true));
      assertThat(logits(into, Compute.CPU)).containsExactly(logits(from, nf4));
      assertThatThrownBy(() -> CausalLm.load(into, nf4))
          .isInstanceOf(UserError.class)
          .hasMessage(into + " is quantised already, and is used so; leave out model.quantize");
    }
    // merged, it is a plain folder again
    try (CausalLm model = CausalLm.load(dir.resolve("llama"), Compute.CPU)) {
      model.save(dir.resolve("plain"), ScalarType.BFloat16);
    }
    assertThat(dir.resolve("plain/config.json")).content().doesNotContain("quantization_config");
    assertThat(dir.resolve("plain/model.safetensors")).exists();
  }

  private static float[] logits(Path folder, Compute compute) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad();
        CausalLm model = CausalLm.load(folder, compute)) {
      assertThat(model.packed()).isTrue();
      Tensor states = model.hidden(Sequences.of(List.of(new int[] {5, 9, 70, 3}), Compute.CPU));
      return Ops.toFloats(model.logits(states));
    }
  }
}

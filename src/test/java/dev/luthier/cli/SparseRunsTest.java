package dev.luthier.cli;

import static dev.luthier.cli.Said.luthier;
import static dev.luthier.cli.Said.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.TinyRun;
import dev.luthier.TinyTask;
import dev.luthier.io.Safetensors;
import dev.luthier.recipe.Training;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of the methods that change weights, from recipe to adapter. */
class SparseRunsTest {
  @TempDir Path dir;

  /** A run of {@link TinyRun} with another method. */
  private static TinyRun with(Path dir, String peft) throws IOException {
    TinyRun run = TinyRun.in(dir);
    String text = Files.readString(run.recipe());
    Files.writeString(run.recipe(), text.replaceFirst("peft: .*", "peft: " + peft));
    return run;
  }

  private static List<Double> losses(Path out) {
    List<Double> losses = new ArrayList<>();
    for (MetricsFile.Line line : MetricsFile.read(out.resolve("metrics.jsonl"))) {
      if (line.values().containsKey("eval/loss")) {
        losses.add(line.values().get("eval/loss"));
      }
    }
    return losses;
  }

  /** How many values of the adapter are not zero. */
  private static long changed(Path out) {
    long n = 0;
    try (Scope scope = new Scope();
        Safetensors file = Safetensors.open(out.resolve("adapter/adapter_model.safetensors"))) {
      for (String name : file.infos().keySet()) {
        if (name.endsWith(".values")) {
          for (float v : Ops.toFloats(file.tensor(name))) {
            n += v == 0 ? 0 : 1;
          }
        }
      }
    }
    return n;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ sparse: { count: 2000, choose: { magnitude: { order: smallest } } } }",
        "{ sparse: { count: 2000, choose: { gradient: { batches: 3 } } } }",
        "{ sparse: { count: 2000, choose: { fisher: { batches: 2 } } } }",
        "{ sparse: { count: 2000, choose: movement } }",
        "{ lt_sft: { count: 2000 } }",
        "{ diff_pruning: { count: 2000 } }"
      })
  void exactlySoManyWeightsChange(String peft) throws IOException {
    TinyRun run = with(dir, peft);
    String out = ok("train", run.recipe().toString());
    assertThat(out).contains("./luthier adapter merge");
    List<Double> losses = losses(run.out());
    assertThat(losses.get(losses.size() - 1)).isLessThan(losses.get(0) - 0.1);
    assertThat(changed(run.out())).isEqualTo(2000);
    Path merged = dir.resolve("merged");
    ok("adapter", "merge", run.model().toString(), run.out() + "/adapter", merged.toString());
    assertThat(ok("adapter", "info", run.out() + "/adapter")).containsPattern("weights +2,000 in");
  }

  @Test
  void biasesOfAClassifier() {
    TinyTask task =
        TinyTask.in(
            dir,
            "bert_cls",
            "classify",
            (words, i) -> Map.of("text", String.join(" ", words), "label", words.get(0)));
    ok("train", task.recipe().toString(), "--peft=bitfit", "--optim.lr=2e-2");
    List<Double> losses = losses(task.out());
    assertThat(losses.get(losses.size() - 1)).isLessThan(0.7 * losses.get(0));
    try (Safetensors file =
        Safetensors.open(task.out().resolve("adapter/adapter_model.safetensors"))) {
      assertThat(file.infos().keySet())
          .allMatch(n -> n.endsWith(".bias.values") || n.startsWith("classifier."));
    }
  }

  /** Steps of either phase at which the run breaks. LT-SFT trains 40 steps before its 40. */
  @ParameterizedTest
  @CsvSource({"1, 13", "2, 11"})
  void goesOnInThePhaseThatItWasIn(int phase, int at) throws IOException {
    TinyRun run = with(dir, "{ lt_sft: { count: 500 } }");
    Path whole = dir.resolve("whole");
    List<String> notes = new ArrayList<>();
    assertThat(new Breaks(-1, notes).train(run.recipe(), whole, Training.Start.NEW)).isTrue();
    Path broken = dir.resolve("broken");
    assertThat(new BreaksIn(phase, at).train(run.recipe(), broken)).isFalse();
    assertThat(Files.exists(broken.resolve("scout/choice.safetensors"))).isEqualTo(phase == 2);
    assertThat(new Breaks(-1, notes).train(run.recipe(), broken, Training.Start.RESUME)).isTrue();
    for (String file : List.of("scout/choice.safetensors", "adapter/adapter_model.safetensors")) {
      assertThat(broken.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
  }

  /** Masks that move, gates and draws come back with the weights. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ sparse: { count: 500, choose: movement } }",
        "{ diff_pruning: { count: 500 } }",
        "{ sparse: { count: 500, choose: fisher } }"
      })
  void resumesToTheBit(String peft) throws IOException {
    TinyRun run = with(dir, peft);
    Path whole = dir.resolve("whole");
    Path broken = dir.resolve("broken");
    List<String> notes = new ArrayList<>();
    assertThat(new Breaks(-1, notes).train(run.recipe(), whole, Training.Start.NEW)).isTrue();
    assertThat(new Breaks(17, notes).train(run.recipe(), broken, Training.Start.NEW)).isFalse();
    assertThat(new Breaks(33, notes).train(run.recipe(), broken, Training.Start.RESUME)).isFalse();
    assertThat(new Breaks(-1, notes).train(run.recipe(), broken, Training.Start.RESUME)).isTrue();
    String file = "adapter/adapter_model.safetensors";
    assertThat(broken.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
  }

  /** Two tasks trained apart and added up; and the way from one model to another. */
  @Test
  void composesAndTakesApart() throws IOException {
    TinyRun run = with(dir, "{ sparse: { count: 400, choose: random } }");
    Path a = dir.resolve("a");
    Path b = dir.resolve("b");
    ok("train", run.recipe().toString(), "--output=" + a, "--eval.generate=0");
    ok("train", run.recipe().toString(), "--output=" + b, "--eval.generate=0", "--seed=7");
    String first = a + "/adapter";
    String second = b + "/adapter";
    String both = dir + "/both";
    assertThat(ok("adapter", "compose", first, second, "--into", both))
        .contains(second + " changes 400 places, ")
        .contains("in opposite directions")
        .contains("saved     " + both);
    assertThat(luthier("adapter", "compose", first, second, "--weights", "1", "--into", both).err())
        .contains("is not empty; choose another folder");
    assertThat(
            luthier("adapter", "compose", first, second, "--weights", "1", "--into", both + "2")
                .err())
        .contains("2 adapters need 2 weights, 1 are given");
    String back = dir + "/back";
    ok("adapter", "diff", second, both, "--into", back);
    String model = run.model().toString();
    ok("adapter", "merge", model, first, dir + "/m1");
    ok("adapter", "merge", model, back, dir + "/m2");
    assertThat(ok("adapter", "diff", model, dir + "/m1", "--into", dir + "/d1"))
        .contains("400 places in ");
    assertThat(luthier("adapter", "diff", model, model, "--into", dir + "/d2").err())
        .contains("do not differ");
    assertThat(luthier("adapter", "diff", model, first, "--into", dir + "/d3").err())
        .contains("give two models or two adapters");
  }

  /** {@link Breaks} in one of two phases. */
  private record BreaksIn(int phase, int at) {
    boolean train(Path recipe, Path out) {
      int[] begun = {0};
      Breaks breaks = new Breaks(at, new ArrayList<>());
      dev.luthier.train.Progress progress =
          new dev.luthier.train.Progress() {
            @Override
            public void begin(long done, long total) {
              begun[0]++;
            }

            @Override
            public void step(Step step) {
              if (begun[0] == phase) {
                breaks.step(step);
              }
            }

            @Override
            public void note(String line) {}

            @Override
            public void close() {}
          };
      return breaks.train(recipe, out, Training.Start.NEW, progress);
    }
  }
}

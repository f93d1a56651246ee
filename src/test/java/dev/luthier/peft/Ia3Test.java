package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.model.Dense;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** IA3, and which modules it and the tuning of norms choose. */
class Ia3Test {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Model model(String family) {
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  private static Parameter weight(String name, long rows, float... values) {
    Tensor flat = Ops.floats(values, Compute.CPU);
    return new Parameter(name, flat.reshape(rows, values.length / rows));
  }

  private final Dense base =
      new Dense(
          weight("w", 2, 1, 2, 3, 4),
          new Parameter("b", Ops.floats(new float[] {1, 1}, Compute.CPU)));
  private final Tensor x = Ops.floats(new float[] {1, 1}, Compute.CPU).view(1, -1);

  @Test
  void outputsAreScaledWithTheirBias() {
    // W x + b = (4, 8), times (2, 10)
    Adaptation map = new Ia3.ScaledOutput(base, weight("l", 2, 2, 10));
    assertThat(Ops.toFloats(map.apply(x))).containsExactly(8, 80);
    assertThat(Ops.toFloats(map.merged().apply(x))).containsExactly(8, 80);
  }

  @Test
  void inputsAreScaledWithoutTheBias() {
    // x becomes (2, 10): (1 2 + 2 10 + 1, 3 2 + 4 10 + 1)
    Adaptation map = new Ia3.ScaledInput(base, weight("l", 1, 2, 10));
    assertThat(Ops.toFloats(map.apply(x))).containsExactly(23, 47);
    assertThat(Ops.toFloats(map.merged().apply(x))).containsExactly(23, 47);
  }

  /** Every family that is built has modules of its own; counts are worked out from its blocks. */
  @ParameterizedTest
  @CsvSource({
    "llama, 3", "mistral, 3", "qwen2, 3", "qwen3, 3", "gemma2, 3", "gemma3_text, 3",
    "phi3, 2", "smollm3, 3", "olmo2, 3", "gpt2, 2", "gpt_neox, 2", "opt, 3"
  })
  void everyFamilyHasItsModules(String family, int perBlock) {
    try (Model model = model(family);
        Adapted<Model> adapted = Adapted.attach(model, Ia3.usual(), 1)) {
      assertThat(adapted.trainable()).hasSize(perBlock * model.config().layers());
      // One of them is the feed-forward's, whose input is scaled: (1, in).
      assertThat(adapted.trainable().stream().filter(p -> p.value().size(0) == 1))
          .hasSize(model.config().layers());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "mistral",
        "qwen2",
        "qwen3",
        "gemma2",
        "gemma3_text",
        "phi3",
        "smollm3",
        "olmo2",
        "gpt2",
        "gpt_neox",
        "opt",
        "bert_cls",
        "roberta_cls",
        "t5"
      })
  void everyFamilyHasNormsToTune(String family) {
    try (Model model = model(family);
        Adapted<Model> adapted =
            Adapted.attach(model, new LnTuning(Optional.empty(), List.of()), 1)) {
      assertThat(adapted.places().keySet())
          .hasSizeGreaterThanOrEqualTo(model.config().layers())
          .allMatch(s -> s.path().contains("orm") || s.path().contains("ln_") || head(s));
    }
  }

  /** A task's head trains beside every method. */
  private static boolean head(Slot slot) {
    return slot.path().startsWith("classifier") || slot.path().startsWith("score");
  }

  /** A name for inputs needs no dot before it, one for targets does: PEFT's rules. */
  @Test
  void bertsAttentionOutputIsAnInputToo() {
    try (Model model = model("bert_cls");
        Adapted<Model> adapted = Adapted.attach(model, Ia3.usual(), 1)) {
      Map<String, Long> rows =
          adapted.trainable().stream()
              .filter(p -> p.name().contains("layer.0.") && p.name().endsWith("ia3_l"))
              .collect(Collectors.toMap(Parameter::name, p -> p.value().size(0)));
      String at = "base_model.model.bert.encoder.layer.0.";
      assertThat(rows)
          .containsEntry(at + "output.dense.ia3_l", 1L)
          .containsEntry(at + "attention.output.dense.ia3_l", 1L)
          .containsEntry(at + "attention.self.key.ia3_l", 64L)
          .hasSize(4);
    }
  }

  @Test
  void whereTargetsAreGivenTheirFeedforwardIsTheFamilys() {
    Targets targets = new Targets.Names(List.of("k_proj", "mlp.down_proj"));
    try (Model model = model("llama");
        Adapted<Model> adapted =
            Adapted.attach(model, new Ia3(Optional.of(targets), Optional.empty(), List.of()), 1)) {
      assertThat(((Ia3) adapted.written()).feedforward())
          .contains(new Targets.Names(List.of("mlp.down_proj")));
    }
  }

  @Test
  void whatCannotBeIsRefused() {
    Targets k = new Targets.Names(List.of("k_proj"));
    Targets down = new Targets.Names(List.of("down_proj"));
    refused(
        () -> new Ia3(Optional.of(k), Optional.of(down), List.of()),
        "ia3.feedforward must be some of ia3.targets [k_proj], was [down_proj]");
    refused(
        () -> new LnTuning(Optional.of(new Targets.AllLinear()), List.of()),
        "ln_tuning.targets must name modules, was all-linear");
  }

  private static void refused(Runnable run, String message) {
    assertThatThrownBy(run::run).isInstanceOf(UserError.class).hasMessage(message);
  }
}

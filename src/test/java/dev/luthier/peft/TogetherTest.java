package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Dense;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TogetherTest {
  @TempDir Path dir;
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

  @Test
  void theLaterMethodStandsOnTheEarlierOne() {
    Dense base = new Dense(weight("w", 1, 1, 1), null);
    Factors factors = new Factors(weight("a", 1, 1, 0), weight("b", 1, 3), 1); // B A = (3, 0)
    Parameter two = weight("l", 1, 2);
    Tensor x = Ops.floats(new float[] {1, 1}, Compute.CPU).view(1, -1);
    // W x = 2, B A x = 3: first LoRA, (2 + 3) 2; first IA3, 2 2 + 3
    Adaptation onLora =
        new Ia3.ScaledOutput(new LoraMaps.LowRankDense(base, factors, 0, new Dropout()), two);
    Adaptation onIa3 =
        new LoraMaps.LowRankDense(new Ia3.ScaledOutput(base, two), factors, 0, new Dropout());
    assertThat(Ops.toFloats(onLora.apply(x))).containsExactly(10);
    assertThat(Ops.toFloats(onLora.merged().apply(x))).containsExactly(10);
    assertThat(Ops.toFloats(onIa3.apply(x))).containsExactly(7);
    assertThat(Ops.toFloats(onIa3.merged().apply(x))).containsExactly(7);
    assertThat(Ops.toFloats(base.apply(x))).containsExactly(2);
  }

  /** Both change keys, values and the last map of the feed-forward; each place once. */
  @Test
  void placesThatTwoChangeAreOne() {
    Together both = new Together(List.of(Lora.of(4, 8), Ia3.usual()));
    try (Model model = model("llama");
        Adapted<Model> adapted = Adapted.attach(model, both, 1)) {
      assertThat(adapted.places()).hasSize(14);
      assertThat(adapted.places().values().stream().filter(LoraMaps.LowRankDense.class::isInstance))
          .hasSize(8); // 4 of 7 in each of 2 blocks
      assertThat(adapted.trainable()).hasSize(28 + 6);
    }
  }

  @Test
  void ratesKeepTheirProportions() {
    Together both = new Together(List.of(Lora.of(4, 8), Ia3.usual()));
    try (Model model = model("llama");
        Adapted<Model> adapted = Adapted.attach(model, both, 1)) {
      double rate = both.usualRate().at(Rate.WIDE);
      assertThat(rate).isEqualTo(2e-4);
      for (Parameter p : adapted.trainable()) {
        assertThat(adapted.rateOf(p) * rate).isEqualTo(p.name().endsWith("ia3_l") ? 5e-3 : 2e-4);
      }
    }
  }

  /** Each folder is an adapter of PEFT's own; the head is in the first. */
  @Test
  void everyMethodHasAFolderThatLoadsAlone() throws IOException {
    Together both = new Together(List.of(Ia3.usual(), Lora.of(4, 8)));
    try (Model model = model("bert_cls");
        Adapted<Model> adapted = Adapted.attach(model, both, 1)) {
      AdapterFiles.save(adapted, dir, "base");
    }
    assertThat(Files.readString(dir.resolve("together.json"))).contains("[ \"ia3\", \"lora\" ]");
    try (Safetensors ia3 = Safetensors.open(dir.resolve("ia3/adapter_model.safetensors"));
        Safetensors lora = Safetensors.open(dir.resolve("lora/adapter_model.safetensors"))) {
      assertThat(ia3.infos()).containsKey("base_model.model.classifier.weight");
      assertThat(ia3.infos().keySet()).noneMatch(n -> n.contains("lora"));
      assertThat(lora.infos().keySet()).allMatch(n -> n.contains("lora"));
    }
    for (Path folder : AdapterFiles.folders(dir)) {
      try (Model model = model("bert_cls");
          Adapted<Model> alone = AdapterFiles.load(model, folder).adapted()) {
        assertThat(alone.places()).isNotEmpty();
      }
    }
  }

  @Test
  void aBrokenIndexIsRefused() throws IOException {
    Path index = dir.resolve("together.json");
    try (CausalLm model = (CausalLm) model("llama")) {
      Files.writeString(index, "{");
      refused(() -> AdapterFiles.load(model, dir), index + " is not readable JSON");
      Files.writeString(index, "{\"together\": [\"../x\", \"lora\"]}");
      refused(() -> AdapterFiles.load(model, dir), index + ": \"../x\" is no name of a method");
      Files.writeString(index, "{\"together\": [\"lora\"]}");
      refused(() -> AdapterFiles.load(model, dir), index + " must name two folders or more");
      Files.writeString(index, "{\"together\": [\"lora\", \"ia3\"]}");
      refused(
          () -> AdapterFiles.load(model, dir), dir.resolve("lora") + ": there is no such folder");
    }
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    Lora lora = Lora.of(4, 8);
    refused(() -> new Together(List.of(lora)), "together must have two methods or more, was 1");
    refused(() -> new Together(List.of(lora, lora)), "together has lora more than once");
    refused(() -> new Together(List.of(lora, new Full())), "together cannot hold full");
    Lora dora = LoraFamilyCases.lora(new Targets.AllLinear(), new Dora(), LoraStart.KAIMING, false);
    LnTuning linear = new LnTuning(Optional.of(new Targets.Names(List.of("k_proj"))), List.of());
    try (Model model = model("llama")) {
      refused(
          () -> Adapted.attach(model, new Together(List.of(Ia3.usual(), dora)), 1),
          "lora.form dora needs the loaded weights of model.layers.0.self_attn.k_proj, which"
              + " another method has changed; put lora first in together");
      refused(
          () -> Adapted.attach(model, new Together(List.of(lora, linear)), 1),
          "together: ln_tuning changes model.layers.0.self_attn.k_proj, which a method before it"
              + " has changed already, and cannot stand on that");
    }
  }

  private static void refused(Runnable run, String start) {
    assertThatThrownBy(run::run)
        .isInstanceOf(UserError.class)
        .satisfies(e -> assertThat(e.getMessage()).startsWith(start));
  }
}

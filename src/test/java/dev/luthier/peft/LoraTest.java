package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is LoRA's own; the rest it shares with all methods: {@link PeftContractTest}. */
class LoraTest {
  /** The kinds of places: linear maps, table and head, modules whole; the last on a tied head. */
  enum Case {
    LINEAR("llama", with(new Targets.AllLinear(), false)),
    RANK_STABILISED("llama_mqa_bias", with(new Targets.AllLinear(), true)),
    TABLE_AND_HEAD("llama", with(new Targets.Names(List.of("embed_tokens", "lm_head")), false)),
    WHOLE("llama", with(new Targets.AllLinear(), false, "embed_tokens", "lm_head")),
    TIED("llama3", with(new Targets.AllLinear(), false)),
    TIED_WHOLE_HEAD("llama3", with(new Targets.AllLinear(), false, "lm_head"));

    private final String family;
    private final Lora lora;

    Case(String family, Lora lora) {
      this.family = family;
      this.lora = lora;
    }

    CausalLm model() {
      return LoraTest.model(family);
    }
  }

  private static final int[] IDS = {245, 258, 225, 98, 295, 100, 244, 111};

  @TempDir Path dir;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static CausalLm model(String family) {
    return CausalLm.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  private static Lora with(Targets targets, boolean rslora, String... save) {
    return new Lora(4, 8, 0, targets, Map.of(), Map.of(), List.of(), rslora, List.of(save));
  }

  private static Lora on(Targets targets, Integer... layers) {
    return new Lora(4, 8, 0, targets, Map.of(), Map.of(), List.of(layers), false, List.of());
  }

  private static Tensor logits(CausalLm model) {
    try (AutoGradMode off = Ops.noGrad()) {
      return model.logits(model.hidden(Sequences.of(List.of(IDS), Compute.CPU)));
    }
  }

  private static float[] values(CausalLm model) {
    return Ops.toFloats(logits(model));
  }

  private static Tensor loss(CausalLm model) {
    Tensor states = model.hidden(Sequences.of(List.of(IDS), Compute.CPU));
    Tensor targets = Ops.longs(Arrays.stream(IDS).asLongStream().toArray(), Compute.CPU);
    Tensor logits = model.logits(states.narrow(0, 0, IDS.length - 1));
    return new CrossEntropy().of(logits, targets.narrow(0, 1, IDS.length - 1), 7).total();
  }

  /** Moves every weight that trains a little, so that the method shows. */
  private static void move(Adapted<CausalLm> adapted) {
    try (AutoGradMode off = Ops.noGrad()) {
      torch.manual_seed(3);
      for (Parameter p : adapted.trainable()) {
        Tensor noise = torch.randn_like(p.value());
        p.value().add_(noise, new Scalar(0.1));
      }
    }
  }

  private static double difference(Tensor a, Tensor b) {
    return a.sub(b).abs().max().item_double();
  }

  @ParameterizedTest
  @EnumSource
  void comesBackFromItsFilesToTheBit(Case c) throws IOException {
    float[] moved;
    try (CausalLm model = c.model();
        Adapted<CausalLm> adapted = Adapted.attach(model, c.lora, 1)) {
      move(adapted);
      moved = values(model);
      AdapterFiles.save(adapted, dir, "base");
    }
    try (CausalLm model = c.model()) {
      AdapterFiles.Loaded<CausalLm> loaded = AdapterFiles.load(model, dir);
      try (Adapted<CausalLm> adapted = loaded.adapted()) {
        assertThat(loaded.notes()).isEmpty();
        assertThat(adapted.peft()).isEqualTo(c.lora);
        assertThat(values(model)).containsExactly(moved);
        Path again = Files.createDirectory(dir.resolve("again"));
        AdapterFiles.save(adapted, again, "base");
        for (String name : List.of("adapter_model.safetensors", "adapter_config.json")) {
          assertThat(again.resolve(name)).hasSameBinaryContentAs(dir.resolve(name));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void mergedAndSavedItIsAModelOfItsOwn(Case c) {
    try (CausalLm model = c.model();
        Adapted<CausalLm> adapted = Adapted.attach(model, c.lora, 1)) {
      move(adapted);
      adapted.merge();
      model.save(dir, ScalarType.Float);
      try (CausalLm saved = CausalLm.load(dir, Compute.CPU)) {
        assertThat(values(saved)).containsExactly(values(model));
        // A tied head that trained on its own is no longer tied.
        assertThat(saved.tied()).isEqualTo(c == Case.TIED);
      }
    }
  }

  @Test
  void theSeedMakesTheStart() {
    assertThat(start(1)).containsExactly(start(1)).isNotEqualTo(start(2));
  }

  /** The first weights of a fresh adapter. */
  private static float[] start(long seed) {
    try (CausalLm model = model("llama");
        Adapted<CausalLm> adapted = Adapted.attach(model, Lora.of(4, 8), seed)) {
      return Ops.toFloats(adapted.trainable().get(0).value());
    }
  }

  @Test
  void aTiedHeadSavedWholeLeavesTheTable() {
    try (CausalLm model = model("llama3")) {
      float[] table = Ops.toFloats(model.embedding().base().weights().get("weight").value());
      assertThat(model.tied()).isTrue();
      try (Adapted<CausalLm> adapted = Adapted.attach(model, Case.TIED_WHOLE_HEAD.lora, 1)) {
        assertThat(model.tied()).isFalse();
        assertThat(adapted.trainable())
            .extracting(Parameter::name)
            .contains("base_model.model.lm_head.weight")
            .doesNotContain("base_model.model.model.embed_tokens.weight");
        move(adapted);
        assertThat(Ops.toFloats(model.embedding().base().weights().get("weight").value()))
            .containsExactly(table);
      }
      assertThat(model.tied()).isTrue();
    }
  }

  @Test
  void targetsInEverySpelling() {
    // 7 maps in each of 2 layers
    assertThat(places(on(new Targets.AllLinear()))).hasSize(14).noneMatch(p -> p.contains("head"));
    assertThat(places(on(new Targets.AllLinear(), 1)))
        .hasSize(7)
        .allMatch(p -> p.startsWith("model.layers.1."));
    assertThat(places(on(new Targets.Names(List.of("q_proj", "mlp.up_proj")), 0)))
        .containsExactlyInAnyOrder("model.layers.0.self_attn.q_proj", "model.layers.0.mlp.up_proj");
    // A name counts from a dot on: proj is no module.
    assertThat(places(on(new Targets.Names(List.of("proj", "k_proj")))))
        .containsExactly("model.layers.0.self_attn.k_proj", "model.layers.1.self_attn.k_proj");
    assertThat(places(on(new Targets.Regex(".*\\.1\\..*\\.(gate|up)_proj"))))
        .containsExactly("model.layers.1.mlp.gate_proj", "model.layers.1.mlp.up_proj");
    assertThat(places(on(new Targets.Names(List.of("embed_tokens", "lm_head")))))
        .containsExactly("model.embed_tokens", "lm_head");
  }

  private static List<String> places(Lora lora) {
    try (CausalLm model = model("llama");
        Adapted<CausalLm> adapted = Adapted.attach(model, lora, 1)) {
      return adapted.places().keySet().stream().map(s -> s.path()).toList();
    }
  }

  @Test
  void patternsSetRanksAndAlphas() {
    Lora lora =
        new Lora(
            4,
            8,
            0,
            new Targets.Names(List.of("q_proj", "v_proj")),
            Map.of("layers.1.self_attn.q_proj", 2),
            Map.of("v_proj", 3.0),
            List.of(),
            false,
            List.of());
    try (CausalLm model = model("llama");
        Adapted<CausalLm> adapted = Adapted.attach(model, lora, 1)) {
      // q has 64 outputs, v 32; A is (r, 64)
      assertThat(adapted.trainable())
          .extracting(Parameter::toString)
          .containsExactly(
              "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight[4, 64]",
              "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight[64, 4]",
              "base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight[4, 64]",
              "base_model.model.model.layers.0.self_attn.v_proj.lora_B.weight[32, 4]",
              "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight[2, 64]",
              "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight[64, 2]",
              "base_model.model.model.layers.1.self_attn.v_proj.lora_A.weight[4, 64]",
              "base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight[32, 4]");
      // Of q 4 x (64 + 64) and 2 x (64 + 64), of v twice 4 x (64 + 32).
      assertThat(adapted.trainableCount()).isEqualTo(512 + 256 + 2 * 384);
      assertThat(adapted.places().values())
          .extracting(LoraTest::scale)
          .containsExactly(2.0, 0.75, 4.0, 0.75); // alpha / rank
    }
  }

  private static double scale(Adaptation place) {
    return ((LoraMaps.LowRankDense) place).scale();
  }

  @Test
  void dropoutIsForTrainingAlone() {
    Lora lora =
        new Lora(
            4, 8, 0.5, new Targets.AllLinear(), Map.of(), Map.of(), List.of(), false, List.of());
    try (CausalLm model = model("llama");
        Adapted<CausalLm> adapted = Adapted.attach(model, lora, 1)) {
      move(adapted);
      float[] still = values(model);
      adapted.training(true);
      assertThat(values(model)).isNotEqualTo(values(model)).isNotEqualTo(still);
      adapted.training(false);
      assertThat(values(model)).containsExactly(still);
    }
  }

  @Test
  void whatMatchesNothingIsRefused() {
    refused(
        () -> places(on(new Targets.Names(List.of("query")))),
        "lora.targets [query] match no module; modules are [embed_tokens, input_layernorm, q_proj");
    refused(
        () -> places(on(new Targets.AllLinear(), 2)),
        "lora.targets all-linear in layers [2] match no module");
    refused(
        () -> places(with(new Targets.AllLinear(), false, "score")),
        "lora.save names score, which is no module of this model");
  }

  @Test
  void anAdapterOfAnotherShapeIsRefused() throws IOException {
    try (CausalLm model = model("llama");
        Adapted<CausalLm> adapted = Adapted.attach(model, Lora.of(4, 8), 1)) {
      AdapterFiles.save(adapted, dir, "base");
    }
    Path config = dir.resolve("adapter_config.json");
    String text = Files.readString(config);
    String file = dir.resolve("adapter_model.safetensors") + " is an adapter for another model: ";
    String first = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";
    // The file has rank 4.
    refused(
        text.replace("\"r\" : 4", "\"r\" : 5"),
        file + "tensor " + first + " has shape [4, 64], this model needs [5, 64]");
    // 14 maps in the file, 2 of them asked for
    refused(
        text.replace("\"all-linear\"", "[\"q_proj\"]"),
        file
            + "0 of 4 tensors are missing, 24 have no place (first"
            + " base_model.model.model.layers.0.mlp.down_proj.lora_A.weight)");
    refused(
        text.replace("\"all-linear\"", "[\"q_proj\", \"lm_head\"]"),
        file + "2 of 6 tensors are missing (first base_model.model.lm_head.lora_A.weight), 24");
    refused(
        text.replace("\"all-linear\"", "[\"query\"]"),
        dir + " is an adapter for another model: lora.targets [query] match no module");
    refused(text.replace("\"LORA\"", "\"OFT\""), config + ": peft_type OFT is not built");
    refused(
        text.replace("\"bias\" : \"none\"", "\"use_qalora\" : true"),
        config + ": use_qalora = true is not built");
    Files.delete(dir.resolve("adapter_model.safetensors"));
    refused(text, dir + " has no adapter_model.safetensors");
    Files.writeString(dir.resolve("adapter_model.bin"), "");
    refused(text, dir + " holds only adapter_model.bin, a pickle, which is refused");
  }

  private void refused(String config, String message) throws IOException {
    Files.writeString(dir.resolve("adapter_config.json"), config);
    try (CausalLm model = model("llama")) {
      float[] before = values(model);
      refused(() -> AdapterFiles.load(model, dir), message);
      assertThat(values(model)).containsExactly(before); // nothing is left on the model
    }
  }

  private static void refused(Runnable run, String start) {
    assertThatThrownBy(run::run)
        .isInstanceOf(UserError.class)
        .satisfies(e -> assertThat(e.getMessage()).startsWith(start));
  }
}

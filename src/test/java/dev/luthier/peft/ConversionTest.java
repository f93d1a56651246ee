package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An adapter in another form computes the same. */
class ConversionTest {
  private static final Path PEFTS = Path.of("src/test/resources/conversion");

  @TempDir Path dir;
  private final Scope scope = new Scope();
  private final AutoGradMode off = Ops.noGrad();

  @AfterEach
  void free() {
    off.close();
    scope.close();
  }

  private static Model model(String family) {
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  private static Tensor logits(String family, Model model) {
    try (Safetensors io =
        Safetensors.open(Golden.SHIPPED.resolve(family).resolve("io.safetensors"))) {
      return Golden.Batch.of(io).logits(model);
    }
  }

  private static double difference(Tensor a, Tensor b) {
    return a.sub(b).abs().max().item_double();
  }

  /** Converts what is on a model, and says how far the result is from it on the golden batch. */
  private double apart(String family, Adapted<Model> adapted, Conversion to) {
    Tensor before = logits(family, adapted.model());
    to.write(adapted, dir, "base");
    adapted.disable();
    assertThat(difference(logits(family, adapted.model()), before)).isGreaterThan(1e-3);
    try (Adapted<Model> again = Conversion.load(adapted.model(), dir).adapted()) {
      return difference(logits(family, again.model()), before);
    }
  }

  private static Path golden(String family, String adapter) {
    return Golden.SHIPPED.resolve(family).resolve("adapters").resolve(adapter);
  }

  @ParameterizedTest
  @CsvSource({
    "llama,lora",
    "llama,rslora",
    "llama,lora_pattern",
    "llama,lora_embed_head",
    "llama,lora_saved",
    "llama,adalora",
    "llama,vera",
    "gpt2,lora",
    "t5,lora",
    "bert_cls,lora"
  })
  void allOfLorasKinAreOnePlainLora(String family, String adapter) {
    try (Model model = model(family);
        Adapted<Model> adapted = AdapterFiles.load(model, golden(family, adapter)).adapted()) {
      assertThat(apart(family, adapted, Conversion.LORA)).isLessThan(1e-5);
      Lora plain = (Lora) AdapterConfig.read(dir).peft();
      assertThat(plain.rslora()).isFalse();
      assertThat(plain.rankPattern()).isEmpty();
      assertThat(plain.alphaPattern()).isEmpty();
      assertThat(plain.save()).isEqualTo(adapted.peft().save());
    }
  }

  /** PEFT's own files before its conversion, which are for a base that was changed. */
  @ParameterizedTest
  @ValueSource(strings = {"pissa", "olora", "pissa_rslora"})
  void startsInTheBaseAreTakenOff(String name) {
    Path from = PEFTS.resolve(name);
    try (Model model = model("llama");
        Safetensors expected = Safetensors.open(from.resolve("expected.safetensors"))) {
      assertThatThrownBy(() -> AdapterFiles.load(model, from))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("./luthier adapter convert ADAPTER --into FOLDER --model MODEL");
      int[] ids = {245, 258, 225, 98, 295, 100, 244, 111};
      Sequences batch = Sequences.of(List.of(ids), Compute.CPU);
      CausalLm lm = (CausalLm) model;
      Tensor theirs = expected.tensor("logits").squeeze(0);
      assertThat(difference(lm.logits(lm.hidden(batch)), theirs)).isGreaterThan(1); // the base's
      try (Adapted<Model> adapted = Conversion.load(model, from).adapted()) {
        assertThat(difference(lm.logits(lm.hidden(batch)), theirs)).isLessThan(1e-4);
        Conversion.LORA.write(adapted, dir, "llama");
      }
      try (Adapted<Model> plain = AdapterFiles.load(model, dir).adapted()) {
        assertThat(((Lora) plain.peft()).rank()).isEqualTo(8);
        assertThat(difference(lm.logits(lm.hidden(batch)), theirs)).isLessThan(1e-4);
      }
    }
  }

  /** Ranks 1 and 2 with scales 3 / 1 and 4 / 2: rank 2, alpha 4, B of the first times 3 / 2. */
  @Test
  void ranksAndScalesBecomeOne() {
    Lora lora =
        new Lora(
            2,
            4,
            0,
            new Targets.Names(List.of("q_proj", "v_proj")),
            Map.of("q_proj", 1),
            Map.of("q_proj", 3.0),
            List.of(0),
            false,
            List.of());
    try (Model model = model("llama");
        Adapted<Model> adapted = Adapted.attach(model, lora, 1)) {
      moved(adapted);
      PlainLora plain = PlainLora.of(adapted);
      assertThat(plain.lora().rank()).isEqualTo(2);
      assertThat(plain.lora().alpha()).isEqualTo(4);
      LoraFactors.Factors q = plain.places().get("model.layers.0.self_attn.q_proj");
      Parameter up =
          adapted.trainable().stream()
              .filter(p -> p.name().endsWith("layers.0.self_attn.q_proj.lora_B.weight"))
              .findFirst()
              .orElseThrow();
      assertThat(Ops.shape(q.down())).containsExactly(2, 64);
      assertThat(difference(q.up().narrow(1, 0, 1), up.value().mul(new Scalar(1.5)))).isZero();
      assertThat(q.up().narrow(1, 1, 1).abs().max().item_double()).isZero();
    }
  }

  /** What AdaLoRA has cut costs nothing: entries of L that are zero are left out. */
  @Test
  void ofAdaloraTheKeptRanksAreLeft() {
    try (Model model = model("llama");
        Adapted<Model> adapted = AdapterFiles.load(model, golden("llama", "adalora")).adapted()) {
      moved(adapted);
      for (Adaptation map : adapted.places().values()) {
        ((Adalora.Triplets) map).l().value().narrow(0, 2, 1).zero_();
      }
      long had = ((Adalora.Triplets) adapted.places().values().iterator().next()).l().count();
      assertThat(PlainLora.of(adapted).lora().rank()).isEqualTo((int) had - 1);
      assertThat(apart("llama", adapted, Conversion.LORA)).isLessThan(1e-5);
    }
  }

  private static void moved(Adapted<?> adapted) {
    torch.manual_seed(5);
    for (Parameter p : adapted.trainable()) {
      p.value().add_(torch.randn_like(p.value()), new Scalar(0.1));
    }
  }

  static Lora loraOn(String... targets) {
    return new Lora(
        4,
        8,
        0,
        new Targets.Names(List.of(targets)),
        Map.of(),
        Map.of(),
        List.of(),
        false,
        List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "llama,q_proj v_proj",
    "llama,q_proj k_proj v_proj up_proj down_proj",
    "bert_cls,query value",
    "bert_cls,intermediate.dense query",
    "roberta_cls,key value intermediate.dense",
    "gpt2,c_attn",
    "gpt2,attn.c_attn mlp.c_fc",
    "t5,q v",
    "t5,k wi wo"
  })
  void loraAndAdapterHubsFiles(String family, String targets) {
    try (Model model = model(family);
        Adapted<Model> adapted = Adapted.attach(model, loraOn(targets.split(" ")), 1)) {
      moved(adapted);
      assertThat(apart(family, adapted, Conversion.ADAPTERHUB)).isLessThan(2e-5);
      assertThat(HubKin.is(dir)).isTrue();
      assertThatThrownBy(() -> AdapterFiles.load(model, dir))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("./luthier adapter convert " + dir + " --to peft");
    }
  }

  /** A layer's number of an encoder-decoder goes on counting behind the encoder's. */
  @Test
  void layersWithoutAnAdapterAreLeftOut() throws IOException {
    Lora some =
        new Lora(
            2,
            2,
            0,
            new Targets.Regex(".*decoder.block.1.*SelfAttention.q|.*encoder.block.0.*.v"),
            Map.of(),
            Map.of(),
            List.of(),
            false,
            List.of());
    try (Model model = model("t5");
        Adapted<Model> adapted = Adapted.attach(model, some, 1)) {
      moved(adapted);
      assertThat(apart("t5", adapted, Conversion.ADAPTERHUB)).isLessThan(2e-5);
      String text = Files.readString(dir.resolve("adapter_config.json"));
      assertThat(text).contains("\"leave_out\" : [ 1, 2 ]").contains("[ \"q\", \"v\" ]");
    }
  }

  @Test
  void whatAdapterHubHasNoPlaceForIsRefused() {
    try (Model model = model("llama");
        Adapted<Model> adapted = Adapted.attach(model, loraOn("o_proj"), 1)) {
      assertThatThrownBy(() -> Conversion.ADAPTERHUB.write(adapted, dir, "base"))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith(
              "AdapterHub's library has no place for such an adapter at model.layers.0.self_attn.o_proj, only at [self_attn.q_proj, self_attn.k_proj,");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "llama,k_proj v_proj down_proj,down_proj",
    "bert_cls,key value,none",
    "gpt2,c_attn,none"
  })
  void ia3AndAdapterHubsFiles(String family, String targets, String inputs) {
    try (Model model = model(family);
        Adapted<Model> adapted = Adapted.attach(model, ia3(targets, inputs), 1)) {
      moved(adapted);
      assertThat(apart(family, adapted, Conversion.ADAPTERHUB)).isLessThan(2e-5);
    }
  }

  private static Ia3 ia3(String targets, String inputs) {
    return new Ia3(
        Optional.of(new Targets.Names(List.of(targets.split(" ")))),
        Optional.of(new Targets.Names(inputs.equals("none") ? List.of() : List.of(inputs))),
        List.of());
  }

  @Test
  void ia3BehindAnActivationIsRefused() {
    try (Model model = model("bert_cls");
        Adapted<Model> adapted = Adapted.attach(model, Ia3.usual(), 1)) {
      assertThatThrownBy(() -> Conversion.ADAPTERHUB.write(adapted, dir, "base"))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("output.dense reads, behind the activation")
          .hasMessageContaining("can stay in PEFT's files");
    }
  }

  @Test
  void promptsWhereBothMeanTheSame() {
    PromptTuning prompt = new PromptTuning(3, new Start.Random(), List.of());
    try (Model model = model("llama");
        Adapted<Model> adapted = Adapted.attach(model, prompt, 1)) {
      assertThat(apart("llama", adapted, Conversion.ADAPTERHUB)).isZero();
    }
    try (Model model = model("bert_cls");
        Adapted<Model> adapted = Adapted.attach(model, prompt, 1)) {
      assertThatThrownBy(() -> Conversion.ADAPTERHUB.write(adapted, dir, "base"))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("before the tokens of bert in different places");
    }
  }

  /** A prefix of one key for each group comes back, though AdapterHub's has one for each head. */
  @Test
  void prefixesWherePositionsTurn() {
    PrefixTuning prefix =
        new PrefixTuning(3, new PrefixTuning.Direct(new Start.Random()), List.of());
    try (Model model = model("llama");
        Adapted<Model> adapted = Adapted.attach(model, prefix, 1)) {
      assertThat(apart("llama", adapted, Conversion.ADAPTERHUB)).isLessThan(1e-5);
    }
    try (Model model = model("gpt2");
        Adapted<Model> adapted = Adapted.attach(model, prefix, 1)) {
      assertThatThrownBy(() -> Conversion.ADAPTERHUB.write(adapted, dir, "base"))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("PEFT counts a prefix among a sequence's positions");
    }
  }

  /**
   * A token's query at position P + i meets the key turned by P as the query at i meets the key:
   * what makes PEFT's prefix of AdapterHub's.
   */
  @Test
  void turningBothChangesNothing() {
    try (Model model = model("llama")) {
      dev.luthier.model.TokenStates layers = model.frame().stacks().get(0).tokens();
      Tensor q = torch.randn(1, 2, 16); // (N, G, D)
      Tensor k = torch.randn(1, 2, 16);
      Tensor near = layers.turned(q, 0, 4, model).mul(k).sum();
      Tensor far = layers.turned(q, 0, 4 + 7, model).mul(layers.turned(k, 0, 7, model)).sum();
      assertThat(difference(near, far)).isLessThan(1e-5);
      Tensor back = layers.turned(layers.turned(k, 0, 7, model), 0, -7, model);
      assertThat(difference(back, k)).isLessThan(1e-6);
    }
  }

  /** A bottleneck is AdapterHub's own, so PEFT's files cannot have it. */
  @Test
  void bottlenecksStay() {
    try (Model model = model("llama");
        Adapted<Model> adapted = Adapted.attach(model, BottleneckCases.named("a"), 1)) {
      for (Conversion to : List.of(Conversion.PEFT, Conversion.LORA)) {
        assertThatThrownBy(() -> to.write(adapted, dir, "base"))
            .isInstanceOf(UserError.class)
            .hasMessageContaining("--to same");
      }
    }
  }

  @Test
  void heldInAnotherType() {
    try (Model model = model("llama");
        Adapted<Model> adapted = AdapterFiles.load(model, golden("llama", "lora")).adapted()) {
      Tensor before = logits("llama", model);
      Conversion.LORA.write(adapted, dir, "base");
      Conversion.store(dir, ScalarType.BFloat16);
      try (Safetensors saved = Safetensors.open(dir.resolve(AdapterFiles.WEIGHTS))) {
        assertThat(saved.infos().values()).allMatch(i -> i.dtype() == ScalarType.BFloat16);
      }
      adapted.disable();
      try (Adapted<Model> again = AdapterFiles.load(model, dir).adapted()) {
        assertThat(difference(logits("llama", again.model()), before)).isLessThan(0.2); // 8 bits
      }
    }
  }
}

package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.io.Safetensors;
import dev.luthier.io.WeightFiles;
import dev.luthier.model.CausalLm;
import dev.luthier.model.ModelConfig;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.AdapterFiles;
import dev.luthier.quant.Code;
import dev.luthier.quant.FourBit;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegroupedFolderTest {
  private static final Path TINY = Path.of("models/tiny-base");
  private static final Path TEXTS = Path.of("data/tiny-chat/sft-eval.jsonl");

  @TempDir Path dir;
  private final StringWriter out = new StringWriter();

  private Path regrouped(Path model, int heads, PooledBy by) {
    Path into = dir.resolve("%d-%s".formatted(heads, Schema.name(by)));
    new RegroupedFolder(heads, by).write(model, into, new PrintWriter(out));
    return into;
  }

  private static Path golden(String family) {
    return Golden.SHIPPED.resolve(family).resolve("model");
  }

  /** As many heads as there are: every tensor and every key, to the bit, whatever the way. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "llama3",
        "llama_mqa_bias",
        "mistral",
        "qwen2",
        "qwen3",
        "gemma2",
        "gemma3_text",
        "phi3",
        "smollm3",
        "olmo2"
      })
  void asManyHeadsAreTheSame(String family) {
    Path model = golden(family);
    int heads = ModelConfig.read(model).kvHeads();
    List<PooledBy> ways =
        List.of(
            new PooledBy.Mean(),
            new PooledBy.First(),
            new PooledBy.Random(1),
            new PooledBy.Activations(TEXTS, 64),
            new PooledBy.Principal(TEXTS, 64));
    for (PooledBy by : ways) {
      Path into = regrouped(model, heads, by);
      assertThat(Golden.json(into.resolve("config.json")))
          .isEqualTo(Golden.json(model.resolve("config.json")));
      try (Scope scope = new Scope();
          WeightFiles before = WeightFiles.open(model);
          WeightFiles after = WeightFiles.open(into)) {
        assertThat(after.infos().keySet()).isEqualTo(before.infos().keySet());
        before
            .infos()
            .keySet()
            .forEach(n -> assertThat(after.tensor(n).equal(before.tensor(n))).as(n).isTrue());
      }
    }
  }

  /** Only keys and values become smaller; shards, companions and the type stay. */
  @Test
  void onlyKeysAndValuesChange() {
    Path into = dir.resolve("out");
    new RegroupedFolder(2, new PooledBy.Mean())
        .write(TINY, into, 4_000_000, Optional.empty(), new PrintWriter(out));
    JsonNode before = Golden.json(TINY.resolve("config.json"));
    JsonNode after = Golden.json(into.resolve("config.json"));
    assertThat(after).isEqualTo(((ObjectNode) before.deepCopy()).put("num_key_value_heads", 2));
    assertThat(into.resolve("model-00003-of-00004.safetensors")).exists();
    for (String name : List.of("tokenizer.json", "chat_template.jinja", "SOURCE.md")) {
      assertThat(into.resolve(name)).hasSameBinaryContentAs(TINY.resolve(name));
    }
    try (Scope scope = new Scope();
        WeightFiles old = WeightFiles.open(TINY);
        WeightFiles now = WeightFiles.open(into)) {
      for (Safetensors.Info info : old.infos().values()) {
        Safetensors.Info made = now.infos().get(info.name());
        assertThat(made.dtype()).isEqualTo(info.dtype());
        if (info.name().matches(".*\\.[kv]_proj\\.weight")) {
          assertThat(made.shape()).containsExactly(64, 256); // 2 heads of 32
        } else {
          assertThat(now.tensor(info.name()).equal(old.tensor(info.name()))).isTrue();
        }
      }
    }
    assertThat(out.toString())
        .contains(
            "heads     8 of queries; of keys and values 2, were 4, by mean",
            "cache     1,024 numbers a token, were 2,048"); // 2 x 8 layers x 2 heads x 32
  }

  /** All families with fewer heads load, and repeat to what they were in shape. */
  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3", "gemma3_text", "phi3", "smollm3", "olmo2"})
  void oneHeadLoads(String family) {
    Path one = regrouped(golden(family), 1, new PooledBy.Mean());
    try (CausalLm lm = CausalLm.load(one, Compute.CPU)) {
      assertThat(lm.config().kvHeads()).isEqualTo(1);
    }
    try (CausalLm lm = CausalLm.load(regrouped(one, 4, new PooledBy.Mean()), Compute.CPU)) {
      assertThat(lm.config().kvHeads()).isEqualTo(4);
    }
  }

  /** The order of the paper's figure 4, and aligned heads before it, without any training. */
  @Test
  void theBetterWayLosesLess() {
    Calibration texts = new Calibration(TEXTS, 3_000);
    double whole = texts.loss(TINY);
    double aligned = texts.loss(regrouped(TINY, 2, new PooledBy.Activations(TEXTS, 3_000)));
    double principal = texts.loss(regrouped(TINY, 2, new PooledBy.Principal(TEXTS, 3_000)));
    double mean = texts.loss(regrouped(TINY, 2, new PooledBy.Mean()));
    double first = texts.loss(regrouped(TINY, 2, new PooledBy.First()));
    double random = texts.loss(regrouped(TINY, 2, new PooledBy.Random(1)));
    assertThat(List.of(whole, principal, aligned, mean, first, random)).isSorted();
    assertThat(out.toString()).contains("read      ", "tokens of " + TEXTS);
  }

  private static void merge(Path model, Path adapter, Path into) {
    try (CausalLm lm = CausalLm.load(model, Compute.CPU);
        Adapted<CausalLm> adapted = AdapterFiles.load(lm, adapter).adapted();
        AutoGradMode off = Ops.noGrad()) {
      adapted.merge();
      lm.save(AtomicDirectory.write(into, made -> {}), ScalarType.Float);
    }
  }

  /** Pooling is linear: what is merged and pooled, and what is pooled and merged, are one. */
  @ParameterizedTest
  @ValueSource(strings = {"lora", "lora_pattern", "lora_saved", "rslora"})
  void adaptersArePooledAsWeightsAre(String name) {
    Path model = golden("llama");
    Path adapter = Golden.SHIPPED.resolve("llama/adapters").resolve(name);
    Path carried = dir.resolve("carried");
    for (PooledBy by : List.of(new PooledBy.Mean(), new PooledBy.First())) {
      Path into = dir.resolve("a-" + Schema.name(by));
      Path own = dir.resolve("own-" + Schema.name(by));
      new RegroupedFolder(1, by)
          .write(model, into, new RegroupedAdapter(adapter, own), new PrintWriter(out));
      Path one = dir.resolve("one-" + Schema.name(by));
      merge(into, own, one);
      Path merged = dir.resolve("merged-" + Schema.name(by));
      merge(model, adapter, merged);
      Path other = dir.resolve("other-" + Schema.name(by));
      new RegroupedFolder(1, by).write(merged, other, new PrintWriter(out));
      try (Scope scope = new Scope();
          WeightFiles a = WeightFiles.open(one);
          WeightFiles b = WeightFiles.open(other)) {
        assertThat(a.infos().keySet()).isEqualTo(b.infos().keySet());
        a.infos()
            .keySet()
            .forEach(
                n ->
                    assertThat(a.tensor(n).sub(b.tensor(n)).abs().max().item_double())
                        .as(n)
                        .isLessThan(1e-6));
      }
    }
    assertThat(out.toString()).contains("its change of the logits differs by ");
    new RegroupedFolder(2, new PooledBy.Mean()) // as many as there are: nothing is lost
        .write(
            model,
            dir.resolve("same"),
            new RegroupedAdapter(adapter, carried),
            new PrintWriter(out));
    assertThat(out.toString()).contains("differs by 0.0%");
    assertThat(Golden.json(carried.resolve("adapter_config.json")).path("base_model_name_or_path"))
        .hasToString('"' + dir.resolve("same").toString() + '"');
  }

  @Test
  void otherAdaptersAreRefused() {
    for (String name : List.of("ia3", "prefix", "dora")) {
      Path adapter = Golden.SHIPPED.resolve("llama/adapters").resolve(name);
      RegroupedAdapter carried = new RegroupedAdapter(adapter, dir.resolve("own"));
      assertThatThrownBy(
              () ->
                  new RegroupedFolder(1, new PooledBy.Mean())
                      .write(golden("llama"), dir.resolve("new"), carried, new PrintWriter(out)))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith(adapter.toString())
          .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
      assertThat(dir.resolve("new")).doesNotExist();
    }
  }

  private void refused(String line, int heads, Path model) {
    Path into = dir.resolve("refused");
    assertThatThrownBy(
            () ->
                new RegroupedFolder(heads, new PooledBy.Mean())
                    .write(model, into, new PrintWriter(out)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(line)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    assertThat(into).doesNotExist();
  }

  @Test
  void refusesWhatCannotBe() throws Exception {
    for (String family : Set.of("gpt2", "gpt_neox", "opt", "bert_mlm", "t5")) {
      refused("have no num_key_value_heads", 1, golden(family));
    }
    refused("kv-heads must divide the model's 4 query heads (1, 2, 4), was 3", 3, golden("phi3"));
    Path packed = dir.resolve("packed");
    new QuantizedFolder(new FourBit(Code.NF4, 64, true), List.of(), Optional.empty())
        .write(golden("llama"), packed, new PrintWriter(out));
    refused("is quantised", 1, packed);
    Files.createDirectories(dir.resolve("full/of"));
    assertThatThrownBy(
            () ->
                new RegroupedFolder(1, new PooledBy.Mean())
                    .write(golden("llama"), dir.resolve("full"), new PrintWriter(out)))
        .hasMessageContaining("is not empty");
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left.map(p -> p.getFileName().toString())).containsOnly("packed", "full");
    }
  }
}

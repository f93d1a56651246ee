package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.WeightFiles;
import dev.luthier.quant.Code;
import dev.luthier.quant.EightBit;
import dev.luthier.quant.FourBit;
import dev.luthier.quant.QuantFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Storage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizedFolderTest {
  private static final Storage NF4 = new FourBit(Code.NF4, 64, true);

  @TempDir Path dir;
  private final StringWriter out = new StringWriter();

  private Path quantised(Path model, QuantizedFolder how, long shard) {
    Path into = dir.resolve("out");
    how.write(model, into, shard, new PrintWriter(out));
    return into;
  }

  private static QuantizedFolder as(Storage storage, String... skip) {
    return new QuantizedFolder(storage, List.of(skip), Optional.empty());
  }

  private static Path golden(String family) {
    return Golden.SHIPPED.resolve(family).resolve("model");
  }

  private static Set<String> modules(Set<String> weights) {
    return weights.stream()
        .map(n -> n.replaceFirst(".*\\.\\d+\\.", "").replace(".weight", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The maps of the layers are what packing them gives; all else is as it was, to the bit. */
  @Test
  void layersArePackedAndTheRestStays() throws IOException {
    Path model = golden("llama");
    Path into = quantised(model, as(NF4), Long.MAX_VALUE);
    try (Scope scope = new Scope();
        WeightFiles before = WeightFiles.open(model);
        WeightFiles after = WeightFiles.open(into)) {
      QuantFiles quant = QuantFiles.of(into, after);
      assertThat(modules(quant.names()))
          .containsExactly(
              "mlp.down_proj",
              "mlp.gate_proj",
              "mlp.up_proj",
              "self_attn.k_proj",
              "self_attn.o_proj",
              "self_attn.q_proj",
              "self_attn.v_proj");
      Set<String> names = new TreeSet<>(after.infos().keySet());
      names.removeAll(quant.parts());
      assertThat(names).isEqualTo(before.infos().keySet());
      for (String name : names) {
        Tensor tensor = before.tensor(name);
        if (!quant.holds(name)) {
          assertThat(after.tensor(name).equal(tensor)).as(name).isTrue();
          continue;
        }
        try (Packed ours = NF4.pack(name, tensor, Compute.CPU);
            Packed read = quant.read(name, Compute.CPU)) {
          assertThat(read.unpacked(ScalarType.Float).equal(ours.unpacked(ScalarType.Float)))
              .isTrue();
        }
      }
    }
    JsonNode config = Golden.json(into.resolve("config.json"));
    assertThat(config.path("quantization_config").path("bnb_4bit_use_double_quant").asBoolean())
        .isTrue();
    assertThat(config.path("quantization_config").path("llm_int8_skip_modules").toString())
        .isEqualTo("[\"lm_head\"]");
    assertThat(config.path("hidden_size"))
        .isEqualTo(Golden.json(model.resolve("config.json")).path("hidden_size"));
    assertThat(into.resolve("generation_config.json")).exists();
  }

  /** GPT-2's matrices are turned to (out, in) before they are packed, as transformers does. */
  @Test
  void gpt2LiesTheOtherWayRound() {
    Path model = golden("gpt2");
    Path into = quantised(model, as(new FourBit(Code.FP4, 64, false)), Long.MAX_VALUE);
    try (Scope scope = new Scope();
        WeightFiles before = WeightFiles.open(model);
        WeightFiles after = WeightFiles.open(into)) {
      QuantFiles quant = QuantFiles.of(into, after);
      String name =
          quant.names().stream().filter(n -> n.endsWith("c_attn.weight")).findFirst().orElseThrow();
      Tensor turned = before.tensor(name).t();
      assertThat(quant.shape(name)).isEqualTo(Ops.shape(turned));
      try (Packed read = quant.read(name, Compute.CPU);
          Packed ours = new FourBit(Code.FP4, 64, false).pack(name, turned, Compute.CPU)) {
        assertThat(read.unpacked(ScalarType.Float).equal(ours.unpacked(ScalarType.Float))).isTrue();
      }
    }
  }

  /** One weight a shard, as large as it may be; the index knows them all. */
  @Test
  void shardsAreWrittenOneAfterTheOther() throws IOException {
    Path model = golden("t5");
    Path whole = quantised(model, as(new EightBit(64), "decoder"), Long.MAX_VALUE);
    Files.move(whole, dir.resolve("whole"));
    Path many = quantised(model, as(new EightBit(64), "decoder"), 5_000);
    try (Stream<Path> files = Files.list(many)) {
      assertThat(files.filter(f -> f.toString().matches(".*-of-000\\d\\d.safetensors")).count())
          .isGreaterThan(3);
    }
    assertThat(many.resolve("model.safetensors")).doesNotExist();
    try (WeightFiles one = WeightFiles.open(dir.resolve("whole"));
        WeightFiles several = WeightFiles.open(many)) {
      assertThat(several.infos().keySet()).isEqualTo(one.infos().keySet());
      for (String name : one.infos().keySet()) {
        assertThat(several.tensor(name).equal(one.tensor(name))).as(name).isTrue();
      }
      // transformers keeps T5's wo in float32
      assertThat(modules(QuantFiles.of(many, several).names()))
          .contains("SelfAttention.q")
          .noneMatch(n -> n.endsWith("wo"));
      assertThat(QuantFiles.of(many, several).names()).noneMatch(n -> n.startsWith("decoder"));
    }
  }

  @Test
  void anotherTypeForTheRest() throws IOException {
    Path into =
        quantised(
            golden("llama"),
            new QuantizedFolder(NF4, List.of("down_proj"), Optional.of(ScalarType.BFloat16)),
            Long.MAX_VALUE);
    try (WeightFiles after = WeightFiles.open(into)) {
      QuantFiles quant = QuantFiles.of(into, after);
      assertThat(quant.names()).noneMatch(n -> n.contains("down_proj"));
      Set<String> parts = quant.parts();
      for (Safetensors.Info info : after.infos().values()) {
        if (!parts.contains(info.name()) && !quant.holds(info.name())) {
          assertThat(info.dtype()).as(info.name()).isEqualTo(ScalarType.BFloat16);
        }
      }
    }
    JsonNode config = Golden.json(into.resolve("config.json"));
    assertThat(config.path("dtype").asText()).isEqualTo("bfloat16");
    assertThat(config.path("quantization_config").path("bnb_4bit_compute_dtype").asText())
        .isEqualTo("bfloat16");
  }

  @Test
  void whatCannotBeDoneLeavesNothing() throws IOException {
    assertThatThrownBy(() -> quantised(golden("llama"), as(NF4, "no_proj"), 1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            "--skip no_proj: no linear map of the model is called so; there are q_proj");
    assertThatThrownBy(() -> quantised(golden("llama"), as(NF4, "layers"), 1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no linear map is left to quantise");
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).isEmpty();
    }
    Path once = quantised(golden("llama"), as(NF4), Long.MAX_VALUE);
    assertThatThrownBy(() -> as(NF4).write(once, dir.resolve("twice"), new PrintWriter(out)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the model is quantised already");
    assertThatThrownBy(() -> as(NF4).write(golden("gpt2"), once, new PrintWriter(out)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is not empty; choose another folder");
  }
}

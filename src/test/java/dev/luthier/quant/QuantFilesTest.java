package dev.luthier.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.io.WeightFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Storage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class QuantFilesTest {
  @TempDir Path dir;

  private void write(Map<String, Tensor> tensors) {
    SafetensorsWriter.write(dir.resolve("model.safetensors"), tensors, Map.of());
  }

  private static Tensor weight() {
    torch.manual_seed(1);
    return torch
        .randn(new long[] {33, 5}, Compute.CPU.options(ScalarType.Float))
        .to(ScalarType.BFloat16);
  }

  static Stream<Storage> kinds() {
    return Stream.of(
        new FourBit(Code.NF4, 32, false), new FourBit(Code.FP4, 16, true), new EightBit(64));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatWasWrittenIsReadAgain(Storage kind) {
    try (Scope scope = new Scope();
        Packed made = kind.pack("a.weight", weight(), Compute.CPU)) {
      Map<String, Tensor> out = new TreeMap<>(QuantTensors.of("a.weight", made));
      List<String> parts =
          out.keySet().stream().filter(n -> !n.equals("a.weight")).sorted().toList();
      out.put("a.bias", Ops.floats(new float[] {1}, Compute.CPU));
      write(out);
      Packed read;
      try (WeightFiles files = WeightFiles.open(dir)) {
        QuantFiles quant = QuantFiles.of(dir, files);
        assertThat(quant.names()).containsExactly("a.weight");
        assertThat(quant.holds("a.bias")).isFalse();
        assertThat(quant.shape("a.weight")).containsExactly(33, 5);
        assertThat(quant.storage("a.weight")).isEqualTo(kind);
        assertThat(quant.parts()).containsExactlyInAnyOrderElementsOf(parts);
        read = quant.read("a.weight", Compute.CPU);
        assertThatThrownBy(() -> quant.read("a.bias", Compute.CPU)).hasMessageContaining("a.bias");
      }
      try (Packed stillMapped = read) { // its tensors keep the mapping of the closed files
        assertThat(stillMapped.bytes()).isEqualTo(made.bytes());
        assertThat(stillMapped.shape()).containsExactly(33, 5);
        assertThat(Ops.toFloats(stillMapped.unpacked(ScalarType.Float)))
            .isEqualTo(Ops.toFloats(made.unpacked(ScalarType.Float)));
        assertThat(QuantTensors.of("a.weight", stillMapped).keySet())
            .isEqualTo(QuantTensors.of("a.weight", made).keySet());
      }
    }
  }

  /** bitsandbytes' bnb_4bit_quant_storage calls the same bytes another type. */
  @Test
  void bytesUnderAnotherType() {
    FourBit kind = new FourBit(Code.NF4, 64, false);
    try (Scope scope = new Scope();
        Packed made = kind.pack("a.weight", weight().narrow(0, 0, 32), Compute.CPU)) {
      Map<String, Tensor> out = new TreeMap<>(QuantTensors.of("a.weight", made));
      out.computeIfPresent("a.weight", (n, t) -> t.view(1, -1).view(ScalarType.BFloat16));
      write(out);
      try (WeightFiles files = WeightFiles.open(dir);
          Packed read = QuantFiles.of(dir, files).read("a.weight", Compute.CPU)) {
        assertThat(read.unpacked(ScalarType.Float).equal(made.unpacked(ScalarType.Float))).isTrue();
      }
    }
  }

  private void broken(String part, Tensor with, String message) {
    FourBit kind = new FourBit(Code.NF4, 64, true);
    try (Packed made = kind.pack("a.weight", weight(), Compute.CPU)) {
      Map<String, Tensor> out = new TreeMap<>(QuantTensors.of("a.weight", made));
      out.put("a.weight" + part, with);
      if (with.numel() == 0) {
        out.remove("a.weight" + part);
      }
      write(out);
    }
    assertThatThrownBy(
            () -> {
              try (WeightFiles files = WeightFiles.open(dir)) {
                QuantFiles.of(dir, files).read("a.weight", Compute.CPU).close();
              }
            })
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(dir.toString())
        .hasMessageContaining(message);
  }

  @Test
  void partsThatDoNotFitAreRefused() {
    try (Scope scope = new Scope()) {
      Tensor none = Ops.floats(new float[0], Compute.CPU);
      Tensor two = Ops.floats(new float[] {1, 2}, Compute.CPU);
      String state = ".quant_state.bitsandbytes__nf4";
      broken(".absmax", none, "tensor a.weight.absmax is missing");
      broken("", none, "holds a.weight" + state + " but not a.weight");
      broken(
          ".absmax",
          two,
          "a.weight.absmax holds 2 values of Float, but a weight of [33, 5] in blocks of 64 needs 3 of Byte");
      broken(".quant_map", two, "a.weight.quant_map holds other values than nf4 has");
      broken(".nested_quant_map", two, "a.weight.nested_quant_map holds other values");
      broken(state, text("no json"), "is not JSON");
      broken(state, text("{}"), "lacks the weight's dtype or shape");
      String says =
          "{\"quant_type\": \"%s\", \"blocksize\": %d, \"dtype\": \"float32\", \"shape\": [33, 5]%s}";
      broken(state, text(says.formatted("nf3", 64, "")), "quant_type nf3 is not built");
      broken(state, text(says.formatted("nf4", 65, "")), "block must be a power of two");
      broken(
          state,
          text(says.formatted("nf4", 64, ", \"nested_offset\": 1.0, \"nested_blocksize\": 128")),
          "nested_blocksize 128 is not built, 256 is");
    }
  }

  private static Tensor text(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    long[] values = new long[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      values[i] = bytes[i];
    }
    return Ops.longs(values, Compute.CPU).to(ScalarType.Byte);
  }

  @ParameterizedTest
  @CsvSource({"a.SCB, LLM.int8", "a.qweight, GPTQ or AWQ"})
  void modelsOfOtherMethodsAreRefused(String tensor, String method) {
    try (Scope scope = new Scope()) {
      write(Map.of(tensor, Ops.floats(new float[] {1}, Compute.CPU)));
      try (WeightFiles files = WeightFiles.open(dir)) {
        assertThatThrownBy(() -> QuantFiles.of(dir, files))
            .isInstanceOf(UserError.class)
            .hasMessageContaining(tensor + " is of a model in " + method);
      }
    }
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text);
  }

  @Test
  void configurationsOfOtherMethodsAreRefused() throws JsonProcessingException {
    Path file = Path.of("m/config.json");
    QuantConfig.refuseOthers(file, json("{}"));
    for (Storage kind : kinds().toList()) {
      ObjectMapper mapper = new ObjectMapper();
      QuantConfig.refuseOthers(
          file,
          mapper
              .createObjectNode()
              .set(QuantConfig.KEY, QuantConfig.of(kind, List.of("lm_head"), ScalarType.Half)));
    }
    assertThatThrownBy(
            () ->
                QuantConfig.refuseOthers(
                    file, json("{\"quantization_config\": {\"quant_method\": \"gptq\"}}")))
        .hasMessage(
            "m/config.json: quantization_config by gptq is not built; give the model in 16 or 32 bits, or as bitsandbytes' nf4 or fp4");
    assertThatThrownBy(
            () ->
                QuantConfig.refuseOthers(
                    file, json("{\"quantization_config\": {\"load_in_8bit\": true}}")))
        .hasMessageContaining("by LLM.int8 (load_in_8bit) is not built");
  }

  /** What Python prints for these numbers. */
  @ParameterizedTest
  @CsvSource({
    "0.1, 0.1",
    "1, 1.0",
    "-2.5, -2.5",
    "0, 0.0",
    "1e22, 1e+22",
    "123456789012345680, 1.2345678901234568e+17",
    "1e15, 1000000000000000.0",
    "0.0001, 0.0001",
    "0.00001, 1e-05",
    "1.5e-7, 1.5e-07",
    "2e-3, 0.002",
    "0.13519583642482758, 0.13519583642482758",
  })
  void numbersAsPythonPrintsThem(double value, String shown) {
    assertThat(QuantState.python(value)).isEqualTo(shown);
  }
}

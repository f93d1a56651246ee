package dev.luthier.quant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.Golden;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.io.WeightFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every entry of the golden file against bitsandbytes, to the last bit. */
class QuantizationGoldenTest {
  private static Safetensors golden() {
    return Safetensors.open(Golden.DIR.resolve("quantization.safetensors"));
  }

  /** type.bBLOCK.single|double.ROWSxCOLUMNS */
  static Stream<String> entries() {
    try (Safetensors golden = golden()) {
      return golden.infos().keySet().stream()
          .filter(n -> n.endsWith(".packed"))
          .map(n -> n.substring(0, n.length() - ".packed".length()))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static FourBit kind(String entry) {
    String[] part = entry.split("\\.");
    return new FourBit(
        Code.valueOf(part[0].toUpperCase(Locale.ROOT)),
        Integer.parseInt(part[1].substring(1)),
        part[2].equals("double"));
  }

  @ParameterizedTest
  @MethodSource("entries")
  void bitsandbytesToTheLastBit(String entry) {
    try (Scope scope = new Scope();
        Safetensors golden = golden();
        FourBitMatrix made =
            kind(entry).pack(entry, golden.tensor(entry + ".weight"), Compute.CPU)) {
      same(Ops.floats(made.kind().code().numbers(), Compute.CPU), golden.tensor(entry + ".code"));
      same(made.packed(), golden.tensor(entry + ".packed"));
      if (made.scales() instanceof Scales.Double doubled) {
        assertThat(doubled.offset()).isEqualTo(golden.tensor(entry + ".offset").item_float());
        same(doubled.distances().bytes(), golden.tensor(entry + ".absmax"));
        same(doubled.distances().absmax(), golden.tensor(entry + ".nested_absmax"));
      } else {
        same(made.scales().absmax(), golden.tensor(entry + ".absmax"));
      }
      same(made.unpacked(ScalarType.Float), golden.tensor(entry + ".dequantized"));
    }
  }

  /** Names, types, shapes and bytes of what goes to files, the JSON of the state included. */
  @ParameterizedTest
  @MethodSource("entries")
  void filesAreThoseOfBitsandbytes(String entry, @TempDir Path dir) {
    Map<String, Tensor> theirs = new TreeMap<>();
    try (Scope scope = new Scope();
        Safetensors golden = golden();
        FourBitMatrix made =
            kind(entry).pack(entry, golden.tensor(entry + ".weight"), Compute.CPU)) {
      theirs.put("X.weight", golden.tensor(entry + ".packed"));
      String state = entry + ".state.";
      golden.infos().keySet().stream()
          .filter(n -> n.startsWith(state))
          .forEach(n -> theirs.put("X.weight." + n.substring(state.length()), golden.tensor(n)));
      Map<String, Tensor> ours = new TreeMap<>(QuantTensors.of("X.weight", made));
      assertThat(ours.keySet()).isEqualTo(theirs.keySet());
      ours.forEach(
          (name, tensor) -> {
            assertThat(tensor.scalar_type().intern())
                .isEqualTo(theirs.get(name).scalar_type().intern());
            assertThat(Ops.shape(tensor)).as(name).isEqualTo(Ops.shape(theirs.get(name)));
            assertThat(tensor.equal(theirs.get(name))).as(name).isTrue();
          });
      SafetensorsWriter.write(dir.resolve("model.safetensors"), theirs, Map.of());
      try (WeightFiles files = WeightFiles.open(dir);
          Packed read = QuantFiles.of(dir, files).read("X.weight", Compute.CPU)) {
        same(read.unpacked(ScalarType.Float), golden.tensor(entry + ".dequantized"));
        assertThat(read.bytes()).isEqualTo(made.bytes());
        assertThat(read.shape()).isEqualTo(made.shape());
      }
    }
  }

  private static void same(Tensor ours, Tensor theirs) {
    assertThat(ours.reshape(-1).equal(theirs.reshape(-1))).as("%s and %s", ours, theirs).isTrue();
  }
}

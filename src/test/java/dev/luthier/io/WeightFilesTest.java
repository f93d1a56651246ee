package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WeightFilesTest {
  private static final String ONE = "model-00001-of-00002.safetensors";
  private static final String TWO = "model-00002-of-00002.safetensors";

  @TempDir Path dir;

  private void assertRefused(String message) {
    assertThatThrownBy(() -> WeightFiles.open(dir))
        .isInstanceOf(UserError.class)
        .hasMessage(message);
  }

  private void shard(String file, String... tensors) {
    try (Scope scope = new Scope()) {
      java.util.Map<String, org.bytedeco.pytorch.Tensor> content = new java.util.TreeMap<>();
      for (String name : tensors) {
        content.put(name, torch.zeros(2));
      }
      SafetensorsWriter.write(dir.resolve(file), content, Map.of());
    }
  }

  private Path index(String weightMap) throws IOException {
    return Files.writeString(
        dir.resolve("model.safetensors.index.json"), "{\"weight_map\":" + weightMap + "}");
  }

  @Test
  void readsTheShardsOfTinyBase() {
    try (Scope scope = new Scope();
        WeightFiles weights = WeightFiles.open(Path.of("models/tiny-base"))) {
      long parameters = 0;
      for (Safetensors.Info info : weights.infos().values()) {
        assertThat(info.dtype()).isEqualTo(ScalarType.BFloat16);
        parameters += weights.tensor(info.name()).numel();
      }
      // The index's own count.
      assertThat(parameters).isEqualTo(6_951_168);
      assertThat(Ops.shape(weights.tensor("model.embed_tokens.weight"))).containsExactly(4096, 256);
      float[] norm = Ops.toFloats(weights.tensor("model.norm.weight"));
      assertThat(norm).hasSize(256);
      for (float x : norm) {
        assertThat(x).isBetween(-100f, 100f).isNotZero();
      }
    }
  }

  @Test
  void refusesAMissingShard() throws IOException {
    index("{\"a\":\"%s\",\"b\":\"%s\"}".formatted(ONE, TWO));
    shard(ONE, "a");
    assertRefused(dir + ": shard " + TWO + " is missing, the index names 2 shards");
  }

  @Test
  void refusesATensorThatTheShardLacks() throws IOException {
    index("{\"a\":\"%s\",\"b\":\"%s\"}".formatted(ONE, ONE));
    shard(ONE, "a");
    assertRefused(dir.resolve(ONE) + ": lacks tensor b, which the index places there");
  }

  @Test
  void refusesATensorThatTheIndexDoesNotName() throws IOException {
    index("{\"a\":\"%s\"}".formatted(ONE));
    shard(ONE, "a", "b");
    assertRefused(dir.resolve(ONE) + ": holds tensor b, which the index does not name");
  }

  @Test
  void refusesATensorInTheWrongShard() throws IOException {
    index("{\"a\":\"%s\",\"b\":\"%s\"}".formatted(ONE, TWO));
    shard(ONE, "a", "b");
    shard(TWO, "b");
    assertRefused(dir.resolve(ONE) + ": holds tensor b, which the index places in " + TWO);
  }

  @Test
  void refusesAnIndexThatLeavesTheFolder() throws IOException {
    Path index = index("{\"a\":\"../secret.safetensors\"}");
    assertRefused(
        index
            + ": tensor a is mapped to \"../secret.safetensors\", which is no safetensors file of"
            + " this folder");
  }

  @Test
  void refusesAnIndexWithoutAMap() throws IOException {
    Path index = index("{}");
    assertRefused(index + ": weight_map must map tensor names to shards");
  }

  @Test
  void refusesAnIndexThatIsNoJson() throws IOException {
    Path index = Files.writeString(dir.resolve("model.safetensors.index.json"), "{\n\"a\": x}");
    assertThatThrownBy(() -> WeightFiles.open(dir))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(index + ": not valid JSON at line 2, column 6: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pytorch_model.bin", "pytorch_model.bin.index.json", "model.pth"})
  void refusesPickles(String name) throws IOException {
    Files.writeString(dir.resolve(name), "");
    assertRefused(
        dir.resolve(name)
            + ": pickle files are refused, since reading one runs code of its author; convert it in"
            + " Python once, by loading the model and save_pretrained(DIR, safe_serialization=True),"
            + " and give DIR");
  }

  @Test
  void refusesAPickledAdapter() throws IOException {
    Files.writeString(dir.resolve("adapter_model.bin"), "");
    assertThatThrownBy(() -> WeightFiles.adapter(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("adapter_model.bin: pickle files are refused");
  }

  @Test
  void saysWhatIsMissing() {
    assertRefused(
        dir + ": holds no weights, expected model.safetensors or model.safetensors.index.json");
    Path none = dir.resolve("none");
    assertThatThrownBy(() -> WeightFiles.open(none))
        .isInstanceOf(UserError.class)
        .hasMessage(none + ": there is no such folder");
  }
}

package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Variables as huggingface_hub's constants.py reads them, and names as it validates them. */
class HubSettingsTest {
  private static final Path USER = Path.of(System.getProperty("user.home"));

  @Test
  void defaults() {
    HubSettings s = HubSettings.of(Map.of("HF_TOKEN_PATH", "/nowhere/token"));
    assertThat(s.endpoint()).hasToString("https://huggingface.co");
    assertThat(s.cache()).isEqualTo(USER.resolve(".cache/huggingface/hub"));
    assertThat(s.token()).isEmpty();
    assertThat(s.offline()).isFalse();
    assertThat(s.metadataTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(s.downloadTimeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void theNearestVariableCounts() {
    assertThat(HubSettings.of(Map.of("XDG_CACHE_HOME", "/x")).cache())
        .isEqualTo(Path.of("/x/huggingface/hub"));
    assertThat(HubSettings.of(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "/h")).cache())
        .isEqualTo(Path.of("/h/hub"));
    assertThat(HubSettings.of(Map.of("HF_HOME", "/h", "HUGGINGFACE_HUB_CACHE", "/c")).cache())
        .isEqualTo(Path.of("/c"));
    assertThat(HubSettings.of(Map.of("HUGGINGFACE_HUB_CACHE", "/c", "HF_HUB_CACHE", "~/d")).cache())
        .isEqualTo(USER.resolve("d"));
    assertThat(
            HubSettings.of(Map.of("HF_HUB_CACHE", "$DISK/${SUB}", "DISK", "/d", "SUB", "s"))
                .cache())
        .isEqualTo(Path.of("/d/s"));
    assertThat(HubSettings.of(Map.of("HUGGING_FACE_HUB_TOKEN", "a")).token()).contains("a");
    assertThat(HubSettings.of(Map.of("HUGGING_FACE_HUB_TOKEN", "a", "HF_TOKEN", "b")).token())
        .contains("b");
    assertThat(HubSettings.of(Map.of("TRANSFORMERS_OFFLINE", "on")).offline()).isTrue();
    assertThat(HubSettings.of(Map.of("TRANSFORMERS_OFFLINE", "1", "HF_HUB_OFFLINE", "0")).offline())
        .isFalse();
    assertThat(HubSettings.of(Map.of("HF_ENDPOINT", "http://127.0.0.1:1/hub/")).endpoint())
        .hasToString("http://127.0.0.1:1/hub");
    assertThat(HubSettings.of(Map.of("HF_HUB_DOWNLOAD_TIMEOUT", "30")).downloadTimeout())
        .isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void wrongValuesAreNamed() {
    for (String name : List.of("HF_ENDPOINT", "HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT")) {
      assertThatThrownBy(() -> HubSettings.of(Map.of(name, "ftp:x")))
          .isInstanceOf(UserError.class)
          .hasMessageContainingAll(name, "ftp:x");
    }
    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_TOKEN", "two words")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("HF_TOKEN")
        .message()
        .doesNotContain("two words");
  }

  @Test
  void names() {
    assertThat(HubName.of("a/b")).isEqualTo(new HubName("a/b", "main")).hasToString("a/b");
    assertThat(HubName.of("HuggingFaceTB/SmolLM2-135M@v1.0").revision()).isEqualTo("v1.0");
    assertThat(HubName.of("a/b@refs/pr/1")).hasToString("a/b@refs/pr/1");
    assertThat(HubName.of("a.b/c_d-e.1").folder()).isEqualTo("models--a.b--c_d-e.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "a/",
        "/b",
        "a/b/c",
        "./b",
        "../b",
        "a/..",
        "a/b--c",
        "a/b..c",
        "a/-b",
        "a/b-",
        "a/b.",
        "a/b.git",
        "a/b@",
        "a/b@..",
        "a/b@x/../y",
        "a/b@/x",
        "a/b@x/",
        "a/b@.x",
        "a/b@x/.y",
        "a/b@x y",
        "a/b@x\\y",
        "a b/c",
        "a/b@x:y"
      })
  void whatIsNoName(String text) {
    assertThat(HubName.in(text)).isEmpty();
    assertThatThrownBy(() -> HubName.of(text)).isInstanceOf(UserError.class);
  }

  @Test
  void whatIsFetched() {
    List<String> paths =
        List.of(
            "README.md",
            "LICENSE",
            "config.json",
            "tokenizer.model",
            "chat_template.jinja",
            "merges.txt",
            "model.safetensors.index.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "2_Dense/model.safetensors",
            "consolidated.safetensors",
            "model.fp16.safetensors",
            "pytorch_model.bin",
            "a.pt",
            "original/consolidated.00.pth",
            "model.onnx",
            "a.gguf",
            "flax_model.msgpack",
            "tf_model.h5",
            "modeling_x.py",
            "photo.png",
            ".gitattributes");
    HubListing listing =
        new HubListing(
            "1".repeat(40),
            paths.stream()
                .map(p -> new HubFile(p, 1, "a".repeat(40), java.util.Optional.empty()))
                .toList());
    assertThat(listing.wanted()).extracting(HubFile::path).isEqualTo(paths.subList(0, 10));
  }
}

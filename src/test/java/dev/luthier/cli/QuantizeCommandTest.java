package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.Golden;
import dev.luthier.io.WeightFiles;
import dev.luthier.quant.QuantFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizeCommandTest {
  private static final String MODEL = "models/tiny-base";

  @TempDir Path dir;

  /**
   * Eight layers of 5,898,240 weights together in 4 + 8/64 + 32/(64 * 256) bits and the mean of
   * each of 56 maps: 3,042,737 bytes.
   */
  @Test
  void aModelFromEndToEnd() {
    String into = dir.resolve("out").toString();
    String said = Said.ok("quantize", MODEL, into, "--double");
    assertThat(said)
        .containsPattern("down_proj +8 +1,441,792  0\\.09\\d\\d")
        .contains("bits      4.127 for each of their weights")
        .contains("bytes     13,902,336 before, ")
        .endsWith("saved     " + into + System.lineSeparator());
    try (WeightFiles files = WeightFiles.open(Path.of(into))) {
      assertThat(QuantFiles.of(Path.of(into), files).names()).hasSize(56);
    }
    for (String name : new String[] {"tokenizer.json", "chat_template.jinja"}) {
      assertThat(Path.of(into, name)).hasSameBinaryContentAs(Path.of(MODEL, name));
    }
  }

  @Test
  void eightBitsAreMarkedAsOurOwn() {
    Path into = dir.resolve("out");
    Said.ok("quantize", MODEL, into.toString(), "--type", "int8", "--skip", "down_proj,layers.0");
    JsonNode config = Golden.json(into.resolve("config.json")).path("quantization_config");
    assertThat(config.path("quant_method").asText()).isEqualTo("luthier");
    assertThat(config.path("blocksize").asInt()).isEqualTo(256);
    try (WeightFiles files = WeightFiles.open(into)) {
      assertThat(QuantFiles.of(into, files).names())
          .hasSize(7 * 6) // of eight layers without the first, seven maps without one
          .noneMatch(n -> n.contains("down_proj") || n.contains("layers.0."));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--type nf3              | --type must be nf4, fp4 or int8, was nf3",
        "--block 65              | --block must be a power of two from 16 to 4096, was 65",
        "--type int8 --double    | --double is for nf4 and fp4; leave it out",
        "--dtype float8          | --dtype must be float32, bfloat16 or float16, was float8",
        "--skip q_prj            | --skip q_prj: no linear map of the model is called so; there are",
      })
  void wrongValuesAreOneLine(String options, String message) {
    Path into = dir.resolve("out");
    Said said = Said.luthier(("quantize " + MODEL + " " + into + " " + options.strip()).split(" "));
    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err().lines()).singleElement().asString().startsWith("error: " + message);
    assertThat(into).doesNotExist();
  }

  @Test
  void foldersThatAreNotThereOrFull() {
    Said none = Said.luthier("quantize", dir.resolve("none").toString(), dir + "/out");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("no folder");
    Said full = Said.luthier("quantize", MODEL, "docs");
    assertThat(full.err()).contains("docs is not empty; choose another folder");
  }
}

package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.TinyRun;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code luthier estimate}, and {@code train --fit}. */
class EstimateCommandTest {
  /** 115,008 float32 weights. */
  private static final long MODEL = 4 * 115_008;

  @TempDir Path dir;

  private static JsonNode json(String... args) throws IOException {
    return new ObjectMapper().readTree(Said.ok(args));
  }

  private List<String> files() throws IOException {
    try (Stream<Path> entries = Files.walk(dir)) {
      return entries.map(Path::toString).sorted().toList();
    }
  }

  @Test
  void partsAreThoseOfTheModelAndNothingIsLeftBehind() throws IOException {
    TinyRun run = TinyRun.in(dir);
    List<String> before = files();
    JsonNode lora = json("estimate", run.recipe().toString(), "--json").path("bytes");
    assertThat(lora.path("weights").asLong()).isEqualTo(MODEL); // mapped from the file
    long trained = lora.path("adapters").asLong();
    assertThat(lora.path("gradients").asLong()).isEqualTo(trained);
    assertThat(lora.path("optimizer").asLong()).isEqualTo(2 * trained); // two moments
    JsonNode full =
        json("estimate", run.recipe().toString(), "--peft=full", "--json").path("bytes");
    assertThat(full.path("weights").asLong()).isEqualTo(MODEL); // the file's pages
    assertThat(full.path("adapters").asLong()).isEqualTo(MODEL);
    assertThat(full.path("optimizer").asLong()).isEqualTo(2 * MODEL);
    long sum = 0;
    for (String part :
        List.of(
            "process weights adapters gradients optimizer activations logits workspace"
                .split(" "))) {
      sum += full.path(part).asLong();
    }
    assertThat(sum).isEqualTo(full.path("peak").asLong());
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void theWeightsValuesAreNotRead() throws IOException {
    TinyRun run = TinyRun.in(dir);
    JsonNode real = json("estimate", run.recipe().toString(), "--json").path("bytes");
    Path file = run.model().resolve("model.safetensors");
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      long header = Long.reverseBytes(raw.readLong()) + 8;
      byte[] nan = new byte[(int) (raw.length() - header)];
      java.util.Arrays.fill(nan, (byte) 0xFF); // every float is no number
      raw.seek(header);
      raw.write(nan);
    }
    JsonNode broken = json("estimate", run.recipe().toString(), "--json").path("bytes");
    assertThat(broken.path("activations").asLong()).isEqualTo(real.path("activations").asLong());
    assertThat(broken.path("weights").asLong()).isEqualTo(real.path("weights").asLong());
  }

  @Test
  void wrongAmountsAndTooLittleAreRefused() {
    TinyRun run = TinyRun.in(dir);
    Said wrong = Said.luthier("estimate", run.recipe().toString(), "--fit", "24");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("--fit must be an amount of memory such as 24GB");
    Said little = Said.luthier("train", run.recipe().toString(), "--fit", "1MB");
    assertThat(little.code()).isEqualTo(2);
    assertThat(little.err()).contains("nothing fits in 1.0 MB").contains("one row at once");
    assertThat(run.out()).doesNotExist();
  }

  @Test
  void aRunTellsPlanAndPeakAndKeepsWhatWasChosen() throws IOException {
    TinyRun run = TinyRun.in(dir);
    String said =
        Said.ok(
            "train",
            run.recipe().toString(),
            "--fit",
            "900GB",
            "--optim.max_steps=1",
            "--optim.epochs=1");
    assertThat(said)
        .contains("fits as it is")
        .contains("planned at the peak")
        .contains("measured is");
    JsonNode result =
        new ObjectMapper().readTree(Files.readString(run.out().resolve("result.json")));
    assertThat(result.path("planned").asLong()).isPositive();
    assertThat(Files.readString(run.out().resolve("recipe.yaml"))).contains("micro_batch: 2");
  }
}

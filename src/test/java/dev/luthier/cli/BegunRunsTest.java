package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that begin from the adapter of another one. */
class BegunRunsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir static Path dir;
  private static TinyRun tiny;
  private static Path first;

  @BeforeAll
  static void trainTheFirst() {
    tiny = TinyRun.in(dir.resolve("tiny"));
    first = dir.resolve("first");
    Said said = train("--output=" + first);
    assertThat(said.code()).as(said.all()).isZero();
  }

  private static Said train(String... more) {
    String[] all = new String[more.length + 3];
    all[0] = "train";
    all[1] = tiny.dir().resolve("recipe.yaml").toString();
    all[2] = "--optim.max_steps=4";
    System.arraycopy(more, 0, all, 3, more.length);
    return Said.luthier(all);
  }

  private static JsonNode result(Path run) throws IOException {
    return JSON.readTree(Files.readString(run.resolve("result.json")));
  }

  @Test
  void theSecondBeginsWhereTheFirstEnded() throws IOException {
    Path second = dir.resolve("second");
    Said said = train("--output=" + second, "--adapter=" + first.resolve("adapter"));
    assertThat(said.code()).as(said.all()).isZero();
    double ended = result(first).path("after").path("loss").asDouble();
    double begun = result(second).path("before").path("loss").asDouble();
    assertThat(begun).isCloseTo(ended, Offset.offset(1e-6));
    assertThat(begun)
        .isNotCloseTo(result(first).path("before").path("loss").asDouble(), Offset.offset(1e-6));
  }

  @Test
  void anotherScaleIsAnotherAdapter() {
    Said said =
        train(
            "--output=" + dir.resolve("alpha"),
            "--adapter=" + first.resolve("adapter"),
            "--peft.lora.alpha=3");
    assertThat(said.code()).isEqualTo(2);
    assertThat(said.all()).contains("has lora_alpha").contains("but peft says 3");
  }

  @Test
  void whatCannotBeginFromAnAdapterIsRefused() {
    Path none = dir.resolve("none");
    assertThat(train("--output=" + none, "--adapter=" + first, "--peft=lora").all())
        .contains("there is no adapter_config.json in it");
    assertThat(train("--output=" + none, "--adapter=" + first, "--peft=full").all())
        .contains("peft full cannot begin from an adapter");
  }
}

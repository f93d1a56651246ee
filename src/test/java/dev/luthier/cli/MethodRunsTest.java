package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.TinyRun;
import dev.luthier.recipe.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that is broken twice ends with the bytes of an unbroken one, whatever learns. */
class MethodRunsTest {
  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ lora: { rank: 4, start: pissa, rate_ratio: 4 } }",
        "{ lora: { rank: 4, form: dora, dropout: 0.1 } }",
        "{ adalora: { rank: 2, start_rank: 4, schedule: { every: 2 } } }",
        "ia3",
        "{ together: [ { lora: { rank: 4 } }, ia3 ] }",
        "{ prefix_tuning: { tokens: 4, form: projected } }",
        "{ ptuning: { tokens: 4, encoder: lstm } }",
        "{ bottleneck: { placement: houlsby, dropout: 0.1, leave_out: { random: 1 } } }"
      })
  void resumesToTheBit(String peft) throws IOException {
    TinyRun run = TinyRun.in(dir);
    String text = Files.readString(run.recipe());
    Files.writeString(run.recipe(), text.replaceFirst("peft: .*", "peft: " + peft));
    Path whole = dir.resolve("whole");
    Path broken = dir.resolve("broken");
    List<String> notes = new ArrayList<>();
    assertThat(new Breaks(-1, notes).train(run.recipe(), whole, Training.Start.NEW)).isTrue();
    assertThat(new Breaks(17, notes).train(run.recipe(), broken, Training.Start.NEW)).isFalse();
    assertThat(new Breaks(-1, notes).train(run.recipe(), broken, Training.Start.RESUME)).isTrue();
    List<Path> files = tensors(whole.resolve("adapter"));
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      Path other = broken.resolve(whole.relativize(file));
      assertThat(other).hasSameBinaryContentAs(file);
    }
  }

  private static List<Path> tensors(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(f -> f.toString().endsWith(".safetensors")).toList();
    }
  }
}

package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.TinyRun;
import dev.luthier.error.UserError;
import dev.luthier.recipe.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a step keeps in memory changes neither its result nor what is measured. */
class MemoryRunsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir Path dir;
  private final List<String> notes = new ArrayList<>();

  private Path trained(TinyRun run, String memory) throws IOException {
    String text = Files.readString(run.recipe()).replace("epochs: 4", "max_steps: 6");
    Path recipe = dir.resolve("recipe" + notes.size() + memory.hashCode() + ".yaml");
    Files.writeString(recipe, text + "memory: " + memory + "\n");
    Path out = dir.resolve("out" + memory.hashCode());
    assertThat(new Breaks(-1, notes).train(recipe, out, Training.Start.NEW)).isTrue();
    return out;
  }

  private static List<Double> measured(Path out, String key) throws IOException {
    List<Double> values = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("metrics.jsonl"))) {
      JsonNode value = JSON.readTree(line).path(key);
      if (value.isNumber()) {
        values.add(value.asDouble());
      }
    }
    return values;
  }

  @Test
  void blocksThatAreRunAgainLeaveTheAdapterAsItIsToTheBit() throws IOException {
    TinyRun run = TinyRun.in(dir);
    Path plain = trained(run, "{ chunk: 0 }");
    Path again = trained(run, "{ checkpoint: blocks, offload: true, chunk: 0 }");
    Path some = trained(run, "{ checkpoint: { every: 2 }, chunk: 0 }");
    for (Path other : List.of(again, some)) {
      assertThat(other.resolve("adapter/adapter_model.safetensors"))
          .hasSameBinaryContentAs(plain.resolve("adapter/adapter_model.safetensors"));
    }
    assertThat(notes).contains("memory.offload does nothing on a CPU: its memory is the host's");
    Path chunks = trained(run, "{ chunk: 16 }"); // of some 80 targets in a part of a step
    for (String key : List.of("loss", "eval/loss", "eval/accuracy")) {
      List<Double> expected = measured(plain, key);
      List<Double> found = measured(chunks, key);
      assertThat(found).as(key).hasSameSizeAs(expected).isNotEmpty();
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.get(i)).as(key).isCloseTo(expected.get(i), within(2e-5));
      }
    }
  }

  @Test
  void offloadNeedsSomethingToMove() throws IOException {
    TinyRun run = TinyRun.in(dir);
    assertThatThrownBy(() -> trained(run, "{ offload: true }"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("set memory.checkpoint: blocks");
    assertThatThrownBy(() -> trained(run, "{ checkpoint: { every: 0 } }"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("memory.checkpoint.every must be >= 1, was 0");
    assertThatThrownBy(() -> trained(run, "{ chunk: many }"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("memory.chunk");
  }
}

package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointsTest {
  @TempDir Path dir;

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private static void write(Checkpoints checkpoints, long step) {
    try (Scope scope = new Scope()) {
      checkpoints.write(
          step,
          Map.of("w", torch.full(new long[] {3}, new org.bytedeco.pytorch.Scalar((double) step))),
          Map.of("seen", step * 16));
    }
  }

  @Test
  void comesBackBitForBit() {
    Checkpoints checkpoints = new Checkpoints(dir, 2);
    assertThat(checkpoints.latest()).isEmpty();
    Map<String, Object> state =
        Map.of(
            "epoch",
            1L,
            "loss",
            0.1 + 0.2,
            "tiny",
            Double.MIN_VALUE,
            "bad",
            Double.NaN,
            "best",
            Double.POSITIVE_INFINITY,
            "order",
            List.of(3L, 1L, 1L << 40),
            "nested",
            Map.of("done", true, "text", "ü \"quoted\""));
    try (Scope scope = new Scope()) {
      Tensor weight = torch.randn(4, 5);
      checkpoints.write(120, Map.of("model.w", weight, "adam.m.model.w", weight.neg()), state);
      Checkpoints.Saved saved = new Checkpoints(dir, 2).latest().orElseThrow();
      assertThat(saved.step()).isEqualTo(120);
      assertThat(saved.dir()).isEqualTo(dir.resolve("checkpoints/step-000120"));
      assertThat(saved.state()).isEqualTo(state);
      assertThat(saved.passedOver()).isEmpty();
      try (Safetensors tensors = saved.tensors()) {
        assertThat(tensors.tensor("model.w").equal(weight)).isTrue();
        assertThat(tensors.tensor("adam.m.model.w").equal(weight.neg())).isTrue();
      }
    }
  }

  @Test
  void keepsTheLastAndTheBest() throws IOException {
    Checkpoints checkpoints = new Checkpoints(dir, 2);
    write(checkpoints, 10);
    checkpoints.markBest(10);
    for (long step : new long[] {20, 30, 40, 1_000_000, 1_000_010}) {
      write(checkpoints, step);
    }
    assertThat(names(dir.resolve("checkpoints")))
        .containsExactly("best", "step-000010", "step-1000000", "step-1000010");
    assertThat(checkpoints.best().orElseThrow().step()).isEqualTo(10);
    assertThat(checkpoints.latest().orElseThrow().step()).isEqualTo(1_000_010);
    checkpoints.markBest(1_000_000);
    write(checkpoints, 1_000_020);
    assertThat(names(dir.resolve("checkpoints")))
        .containsExactly("best", "step-1000000", "step-1000010", "step-1000020");
  }

  @Test
  void theSameStepIsReplaced() throws IOException {
    Checkpoints checkpoints = new Checkpoints(dir, 2);
    write(checkpoints, 10);
    checkpoints.write(10, Map.of(), Map.of("seen", 1L));
    assertThat(checkpoints.latest().orElseThrow().state()).containsEntry("seen", 1L);
    assertThat(names(dir.resolve("checkpoints"))).containsExactly("step-000010");
  }

  @Test
  void whatAKilledProcessLeftIsPutInOrder() throws IOException {
    Checkpoints checkpoints = new Checkpoints(dir, 3);
    write(checkpoints, 10);
    write(checkpoints, 20);
    Path folder = dir.resolve("checkpoints");
    // Killed while writing step 30, while replacing step 20, and while replacing step 10.
    Files.createDirectory(folder.resolve(".tmp-step-000030"));
    Files.writeString(folder.resolve(".tmp-step-000030/state.safetensors"), "half");
    Files.move(folder.resolve("step-000020"), folder.resolve(".old-step-000020"));
    Files.createDirectory(folder.resolve(".old-step-000010"));
    assertThat(new Checkpoints(dir, 3).latest().orElseThrow().step()).isEqualTo(20);
    assertThat(names(folder)).containsExactly("step-000010", "step-000020");
  }

  @Test
  void damagedOnesArePassedOverAndSaid() throws IOException {
    Checkpoints checkpoints = new Checkpoints(dir, 3);
    write(checkpoints, 10);
    write(checkpoints, 20);
    write(checkpoints, 30);
    Path short20 = dir.resolve("checkpoints/step-000020/state.safetensors");
    byte[] bytes = Files.readAllBytes(short20);
    Files.write(short20, Arrays.copyOf(bytes, bytes.length - 1));
    Path folder30 = dir.resolve("checkpoints/step-000030");
    Files.delete(folder30.resolve("state.json"));
    Checkpoints.Saved saved = checkpoints.latest().orElseThrow();
    assertThat(saved.step()).isEqualTo(10);
    assertThat(saved.passedOver())
        .containsExactly(
            "checkpoint %s is not whole: cannot read %s: there is no such file"
                .formatted(folder30, folder30.resolve("state.json")),
            "checkpoint %s is not whole: %s: it is truncated at tensor w: %d bytes are there, %d are needed; fetch it again"
                .formatted(short20.getParent(), short20, bytes.length - 1, bytes.length));
    Files.writeString(dir.resolve("checkpoints/step-000010/state.json"), "{\"step\": 11}");
    assertThatThrownBy(checkpoints::latest)
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("none of 3 checkpoints is whole: checkpoint " + folder30);
  }

  @Test
  void aFullDiskLeavesTheOldOneAndSaysWhere() throws IOException {
    Configuration small =
        Configuration.unix().toBuilder().setWorkingDirectory("/disk").setMaxSize(1 << 17).build();
    try (Scope scope = new Scope();
        FileSystem disk = Jimfs.newFileSystem(small)) {
      Path run = disk.getPath("/disk/run");
      Checkpoints checkpoints = new Checkpoints(run, 3);
      assertThatThrownBy(() -> checkpoints.write(5, Map.of("w", torch.zeros(50_000)), Map.of()))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith("no space left on the disk of ")
          .hasMessageEndingWith("; the run is saved at no step yet");
      checkpoints.write(10, Map.of("w", torch.zeros(10_000)), Map.of());
      assertThat(names(run.resolve("checkpoints"))).containsExactly("step-000010");
    }
  }

  @Test
  void refusesToKeepNone() {
    assertThatThrownBy(() -> new Checkpoints(dir, 0))
        .isInstanceOf(UserError.class)
        .hasMessage("checkpoints to keep must be >= 1, was 0");
  }
}

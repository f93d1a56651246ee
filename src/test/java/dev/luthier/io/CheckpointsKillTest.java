package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that saves without pause is killed; what it leaves must be whole. */
final class CheckpointsKillTest {
  @TempDir Path dir;

  /** Saves steps FIRST, FIRST + 1 ... and prints each once it is saved. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      Checkpoints checkpoints = new Checkpoints(Path.of(args[0]), 2);
      for (long step = Long.parseLong(args[1]); ; step++) {
        checkpoints.write(step, Map.of(), state(step));
        System.out.println(step);
      }
    }
  }

  private static Map<String, Object> state(long step) {
    return Map.of("seen", Collections.nCopies(20_000, step));
  }

  @Test
  void killedAtAnyMomentTheNewestSavedOneIsWhole() throws IOException, InterruptedException {
    long next = 1;
    for (int kills = 1; kills <= 4; kills++) {
      Process child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Child.class.getName(),
                  dir.toString(),
                  Long.toString(next))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      long printed = 0;
      try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
        for (int i = 0; i < 3 * kills; i++) {
          printed = Long.parseLong(String.valueOf(out.readLine()));
        }
        child.destroyForcibly().waitFor();
      }
      Checkpoints.Saved saved = new Checkpoints(dir, 2).latest().orElseThrow();
      assertThat(saved.passedOver()).isEmpty();
      assertThat(saved.step()).isGreaterThanOrEqualTo(printed);
      assertThat(saved.state()).isEqualTo(state(saved.step()));
      next = saved.step() + 1;
    }
    try (Stream<Path> left = Files.list(dir.resolve("checkpoints"))) {
      List<String> names = left.map(p -> p.getFileName().toString()).toList();
      assertThat(names).allMatch(n -> n.matches("step-\\d{6}")).hasSizeBetween(1, 3);
    }
  }
}

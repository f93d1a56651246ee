package dev.luthier.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesTest {
  /** A program that computes as soon as it may. */
  static final class Computes {
    private Computes() {}

    public static void main(String[] args) throws Exception {
      while (!Files.exists(Path.of(args[0]))) {
        Thread.sleep(1);
      }
      try (Scope scope = new Scope()) {
        System.out.println(Ops.longs(new long[] {20, 22}, Compute.CPU).sum().item_long());
      }
    }
  }

  /** Without the lock two or three of three die of a file that another one still writes. */
  @Test
  void processesThatBeginTogetherOnAnEmptyCacheAllCompute(@TempDir Path dir) throws Exception {
    Path cache = Files.createDirectory(dir.resolve("cache"));
    Path go = dir.resolve("go");
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(start(dir, cache, go, dir.resolve("out" + i)));
    }
    try {
      Thread.sleep(500); // so that they begin as nearly together as can be
      Files.createFile(go);
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i).waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readString(dir.resolve("out" + i))).isEqualTo("42\n");
      }
    } finally {
      all.forEach(Process::destroyForcibly);
    }
  }

  private static Process start(Path dir, Path cache, Path go, Path out) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx200m",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.bytedeco.javacpp.cachedir=" + cache,
            "-cp",
            System.getProperty("java.class.path"),
            Computes.class.getName(),
            go.toString());
    return builder
        .directory(dir.toFile())
        .redirectErrorStream(true)
        .redirectOutput(out.toFile())
        .start();
  }
}

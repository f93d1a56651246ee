package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every safetensors file of the peers is read, and written again byte for byte. */
final class SafetensorsGoldenTest {
  private static final Path GOLDEN =
      Path.of(System.getProperty("golden.dir", "src/test/resources/golden"));

  @TempDir Path dir;

  private static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(GOLDEN)) {
      return all.filter(p -> p.toString().endsWith(".safetensors")).sorted().toList();
    }
  }

  @Test
  void writtenAgainByteForByte() throws IOException {
    assumeTrue(Files.isDirectory(GOLDEN), GOLDEN + " is not here");
    assertThat(files()).isNotEmpty();
    Path copy = dir.resolve("copy.safetensors");
    for (Path file : files()) {
      try (Scope scope = new Scope();
          Safetensors st = Safetensors.open(file)) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        st.infos().keySet().forEach(name -> all.put(name, st.tensor(name)));
        SafetensorsWriter.write(copy, all, st.metadata());
      }
      assertThat(Files.mismatch(file, copy)).as(file.toString()).isEqualTo(-1);
    }
  }
}

package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.Golden;
import dev.luthier.io.WeightFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every model of the golden directory, loaded and saved, is the file that transformers wrote. */
class SavedGoldenTest {
  @TempDir Path dir;

  @TestFactory
  Stream<DynamicTest> namesAndValues() {
    return Golden.entries()
        .filter(name -> !name.contains("/"))
        .map(name -> DynamicTest.dynamicTest(name, () -> same(name)));
  }

  private void same(String name) throws IOException {
    Path original = Golden.DIR.resolve(name).resolve("model");
    Path saved = Files.createDirectories(dir.resolve(name));
    try (Scope scope = new Scope()) {
      try (Model model = Golden.built(() -> Models.load(original, Compute.CPU))) {
        model.save(saved, ScalarType.Float);
      }
      try (WeightFiles theirs = WeightFiles.open(original);
          WeightFiles ours = WeightFiles.open(saved)) {
        assertThat(ours.infos().keySet())
            .containsExactlyInAnyOrderElementsOf(theirs.infos().keySet());
        theirs
            .infos()
            .keySet()
            .forEach(
                n ->
                    assertThat(Ops.toFloats(ours.tensor(n)))
                        .as(n)
                        .isEqualTo(Ops.toFloats(theirs.tensor(n))));
      }
    }
  }
}

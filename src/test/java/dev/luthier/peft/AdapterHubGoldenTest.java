package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.Golden;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Folders in AdapterHub's layout, see README.md beside them. */
class AdapterHubGoldenTest {
  private static final Path ROOT = Path.of("src/test/resources/adapterhub");

  @TempDir Path out;

  static Stream<String> folders() throws IOException {
    try (Stream<Path> all = Files.list(ROOT)) {
      return all
          .filter(Files::isDirectory)
          .map(dir -> dir.getFileName().toString())
          .sorted()
          .toList()
          .stream();
    }
  }

  private static Model model(String name) {
    String family = Golden.json(ROOT.resolve(name).resolve("family.json")).path("family").asText();
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  private static Golden.Batch batch(String name) {
    String family = Golden.json(ROOT.resolve(name).resolve("family.json")).path("family").asText();
    try (Safetensors io =
        Safetensors.open(Golden.SHIPPED.resolve(family).resolve("io.safetensors"))) {
      return Golden.Batch.of(io);
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void computesTheReferencesLogits(String name) {
    Path dir = ROOT.resolve(name);
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad();
        Model model = model(name);
        Adapted<Model> adapted = AdapterFiles.load(model, dir).adapted();
        Safetensors file = Safetensors.open(dir.resolve("expected.safetensors"))) {
      Tensor expected = file.tensor("logits"); // of the first eight tokens or labels
      Tensor ours = batch(name).logits(adapted.model());
      assertThat(ours.size(0)).isEqualTo(expected.size(0));
      Golden.sameLogits(ours.narrow(1, 0, expected.size(1)), expected);
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void isWrittenAsItWasRead(String name) throws IOException {
    Path dir = ROOT.resolve(name);
    try (Model model = model(name);
        Adapted<Model> adapted = AdapterFiles.load(model, dir).adapted()) {
      AdapterFiles.save(
          adapted, out, model.config().file().getParent().getParent().getFileName().toString());
    }
    for (Path file : files(dir)) {
      String relative = dir.relativize(file).toString();
      Path ours = out.resolve(relative);
      if (relative.endsWith("adapter_config.json") || relative.endsWith("_setup.json")) {
        assertThat(plain(Golden.json(ours))).isEqualTo(plain(Golden.json(file)));
      } else if (relative.endsWith("adapter.safetensors") || relative.contains("fusion.safe")) {
        sameTensors(ours, file);
      }
    }
  }

  /** 16 and 16.0 are one number. */
  private static JsonNode plain(JsonNode json) throws IOException {
    return new ObjectMapper().readTree(json.toString().replaceAll("(\\d)\\.0([,}])", "$1$2"));
  }

  private static List<Path> files(Path dir) throws IOException {
    try (Stream<Path> all = Files.walk(dir)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private static void sameTensors(Path ours, Path theirs) {
    try (Scope scope = new Scope();
        Safetensors a = Safetensors.open(ours);
        Safetensors b = Safetensors.open(theirs)) {
      assertThat(a.infos().keySet()).containsExactlyInAnyOrderElementsOf(b.infos().keySet());
      b.infos()
          .values()
          .forEach(
              info -> {
                assertThat(a.infos().get(info.name()).dtype()).isEqualTo(info.dtype());
                assertThat(a.tensor(info.name()).equal(b.tensor(info.name())))
                    .as(info.name())
                    .isTrue();
              });
    }
  }
}

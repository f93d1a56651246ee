package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every adapter of the golden directory, read and written again: what PEFT wrote. */
class AdapterWrittenBackTest {
  @TempDir Path dir;

  @TestFactory
  Stream<DynamicTest> theSameTensorsAndSettings() {
    return Golden.entries()
        .filter(name -> name.contains("/"))
        .map(name -> DynamicTest.dynamicTest(name, () -> writtenBack(name)));
  }

  private void writtenBack(String name) throws IOException {
    Path family = Golden.DIR.resolve(name).getParent();
    Path theirs = family.resolve("adapters").resolve(name.substring(name.indexOf('/') + 1));
    Path ours = Files.createDirectories(dir.resolve(name));
    try (Model model = Golden.built(() -> Models.load(family.resolve("model"), Compute.CPU));
        Adapted<?> adapted = Golden.built(() -> AdapterFiles.load(model, theirs)).adapted();
        Scope scope = new Scope()) {
      AdapterFiles.save(adapted, ours, "base");
      tensors(theirs.resolve("adapter_model.safetensors"), ours);
      settings(
          Golden.json(theirs.resolve("adapter_config.json")),
          Golden.json(ours.resolve("adapter_config.json")));
    }
  }

  /** To the bit, but for frozen tables that PEFT writes beside an adapter on them. */
  private static void tensors(Path file, Path ours) {
    try (Safetensors theirs = Safetensors.open(file);
        Safetensors written = Safetensors.open(ours.resolve("adapter_model.safetensors"))) {
      Set<String> names = new TreeSet<>(theirs.infos().keySet());
      names.removeIf(n -> n.endsWith(".base_layer.weight"));
      assertThat(new TreeSet<>(written.infos().keySet())).isEqualTo(names);
      for (String name : names) {
        Safetensors.Info info = theirs.infos().get(name);
        assertThat(written.infos().get(name).shape()).as(name).isEqualTo(info.shape());
        assertThat(written.infos().get(name).dtype()).as(name).isEqualTo(info.dtype());
        assertThat(Ops.toFloats(written.tensor(name)))
            .as(name)
            .containsExactly(Ops.toFloats(theirs.tensor(name)));
      }
    }
  }

  /** Every key that is written says what PEFT's says; lists of modules in any order. */
  private static void settings(JsonNode theirs, JsonNode ours) {
    for (Map.Entry<String, JsonNode> entry : ours.properties()) {
      String key = entry.getKey();
      if (!key.equals("base_model_name_or_path")) {
        assertThat(plain(entry.getValue())).as(key).isEqualTo(plain(theirs.path(key)));
      }
    }
  }

  private static Object plain(JsonNode value) {
    if (value.isArray() && (value.isEmpty() || value.get(0).isTextual())) {
      Set<String> out = new HashSet<>();
      value.elements().forEachRemaining(e -> out.add(e.asText()));
      return out;
    }
    return value.isNumber() ? (Object) value.asDouble() : value;
  }
}

package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Dense;
import dev.luthier.model.Linear;
import dev.luthier.model.Stored;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VeraTest {
  @TempDir Path dir;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static CausalLm llama() {
    return CausalLm.load(Golden.SHIPPED.resolve("llama").resolve("model"), Compute.CPU);
  }

  private static Parameter weight(String name, long rows, float... values) {
    Tensor flat = Ops.floats(values, Compute.CPU);
    return new Parameter(name, flat.reshape(rows, values.length / rows));
  }

  @Test
  void aSmallerLayerTakesTheFirstColumnsAndRows() {
    Dense base = new Dense(weight("w", 1, 1, 1), null); // 2 to 1
    Vera.Shared shared =
        new Vera.Shared(weight("a", 1, 1, 2, 100), weight("b", 2, 3, 100)); // for 3 to 2
    Parameter outer = new Parameter("o", Ops.floats(new float[] {5}, Compute.CPU));
    Parameter inside = new Parameter("i", Ops.floats(new float[] {0.5f}, Compute.CPU));
    Vera.Map map = new Vera.Map(base, base, shared, outer, inside, 0, new Dropout());
    // x = (1, 1): W x = 2; A x = 3, times d 1.5, B 4.5, times b 22.5
    Tensor x = Ops.floats(new float[] {1, 1}, Compute.CPU).view(1, -1);
    assertThat(map.apply(x).item_double()).isCloseTo(24.5, within(1e-6));
    // W + b B d A = 1 + 5 3 0.5 (1, 2)
    assertThat(Ops.toFloats(map.merged().matrix())).containsExactly(8.5f, 16);
  }

  /** PEFT's generator is torch's own, so its seed gives its projections to the bit. */
  @Test
  void theSeedMakesThePeersProjections() {
    Path golden = Golden.SHIPPED.resolve("llama/adapters/vera");
    Vera theirs = (Vera) AdapterConfig.read(golden).peft();
    try (CausalLm model = llama();
        Adapted<CausalLm> fresh = Adapted.attach(model, theirs, 1);
        Safetensors file = Safetensors.open(golden.resolve("adapter_model.safetensors"))) {
      Map<String, Entry> ours =
          fresh.saved().stream().collect(Collectors.toMap(Entry::name, e -> e));
      for (String name : List.of("base_model.vera_A", "base_model.vera_B")) {
        assertThat(Ops.toFloats(ours.get(name).value().get()))
            .as(name)
            .containsExactly(Ops.toFloats(file.tensor(name)));
      }
    }
  }

  @Test
  void theSeedAloneCanBeSaved() {
    try (CausalLm model = llama();
        Adapted<CausalLm> adapted = Adapted.attach(model, LoraFamilyCases.vera(false), 1)) {
      AdapterFiles.save(adapted, dir, "base");
      // two vectors for each of 14 maps
      assertThat(adapted.saved()).hasSize(28).noneMatch(e -> e.name().contains("vera_A"));
      long vectors = adapted.places().keySet().stream().mapToLong(s -> 8 + out(s.base())).sum();
      assertThat(adapted.trainableCount()).isEqualTo(vectors);
    }
  }

  private static long out(Stored map) {
    return ((Linear) map).out();
  }

  @Test
  void aTableIsRefused() {
    Vera vera =
        new Vera(
            8, 0.1, 0, new Targets.Names(List.of("embed_tokens")), List.of(), 0, true, List.of());
    try (CausalLm model = llama()) {
      assertThatThrownBy(() -> Adapted.attach(model, vera, 1))
          .isInstanceOf(UserError.class)
          .hasMessage(
              "vera.targets [embed_tokens] match model.embed_tokens, which is no linear map; vera"
                  + " has no form for it");
    }
  }
}

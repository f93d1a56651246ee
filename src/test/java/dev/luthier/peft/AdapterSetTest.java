package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several adapters on one model. */
class AdapterSetTest {
  private static final Path FILES = Path.of("src/test/resources/composition");
  private static final int[] FIRST = {245, 258, 225, 98, 295};
  private static final int[] SECOND = {100, 244, 111};
  private static final int[] THIRD = {7, 9, 11, 13};

  @TempDir Path dir;
  private final Scope scope = new Scope();
  private final AutoGradMode off = Ops.noGrad();
  private final CausalLm model = CausalLm.load(Golden.SHIPPED.resolve("llama/model"), Compute.CPU);
  private final AdapterSet<CausalLm> adapters = new AdapterSet<>(model);

  @BeforeEach
  void load() {
    for (String name : List.of("a", "b", "c")) {
      assertThat(adapters.add(name, FILES.resolve(name))).isEmpty();
    }
  }

  @AfterEach
  void free() {
    adapters.close();
    model.close();
    off.close();
    scope.close();
  }

  private Tensor states(int[]... rows) {
    return model.hidden(Sequences.of(List.of(rows), Compute.CPU));
  }

  private Tensor under(String name, int[]... rows) {
    adapters.use(name);
    Tensor out = states(rows);
    adapters.off();
    return out;
  }

  private static double difference(Tensor a, Tensor b) {
    return a.sub(b).abs().max().item_double();
  }

  @Test
  void oneAtATimeAndNoneIsTheBaseToTheBit() {
    float[] base = Ops.toFloats(states(FIRST));
    float[] a = Ops.toFloats(under("a", FIRST));
    float[] b = Ops.toFloats(under("b", FIRST));
    assertThat(a).isNotEqualTo(b).isNotEqualTo(base);
    assertThat(Ops.toFloats(under("a", FIRST))).containsExactly(a);
    assertThat(Ops.toFloats(states(FIRST))).containsExactly(base);
    adapters.remove("b");
    assertThat(adapters.names()).containsExactly("a", "c");
  }

  /** Weighted deltas add up, and so does their concatenation. */
  @Test
  void severalAtOnceAreTheirConcatenation() {
    new Composition(Combination.CAT, List.of(0.7, -0.4), 1, 0, 0)
        .write(List.of(FILES.resolve("a"), FILES.resolve("c")), dir.resolve("both"));
    adapters.add("both", dir.resolve("both"));
    Tensor expected = under("both", FIRST);
    adapters.use(Map.of("a", 0.7, "c", -0.4));
    assertThat(difference(states(FIRST), expected)).isLessThan(1e-5);
  }

  @Test
  void everyRowHasItsOwn() {
    Tensor a = under("a", FIRST);
    Tensor base = states(SECOND);
    Tensor c = under("c", THIRD);
    Sequences batch = Sequences.of(List.of(FIRST, SECOND, THIRD), Compute.CPU);
    adapters.use(List.of("a", "", "c"), batch);
    Tensor mixed = model.hidden(batch);
    assertThat(difference(mixed.narrow(0, 0, 5), a)).isLessThan(1e-5);
    assertThat(difference(mixed.narrow(0, 5, 3), base)).isLessThan(1e-5);
    assertThat(difference(mixed.narrow(0, 8, 4), c)).isLessThan(1e-5);
  }

  @Test
  void whatIsNotThereIsRefused() {
    refused(() -> adapters.use("d"), "there is no adapter d; there are [a, b, c]");
    refused(() -> adapters.add("a", FILES.resolve("a")), "there is an adapter a already");
  }

  private static void refused(Runnable run, String start) {
    assertThatThrownBy(run::run).isInstanceOf(UserError.class).hasMessageStartingWith(start);
  }
}

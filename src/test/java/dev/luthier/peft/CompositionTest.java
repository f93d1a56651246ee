package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Adapters combined, against PEFT 0.21's add_weighted_adapter: src/test/resources/composition holds
 * three small adapters (a and b of rank 2, c of rank 3) and the deltas that PEFT made of them.
 */
class CompositionTest {
  private static final Path FILES = Path.of("src/test/resources/composition");
  private static final String PREFIX = "base_model.model.";

  @TempDir Path dir;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Path file(String name) {
    return FILES.resolve(name);
  }

  private static Composition of(Combination how, double density, int rank, double... weights) {
    return new Composition(how, Arrays.stream(weights).boxed().toList(), density, rank, 0);
  }

  @ParameterizedTest
  @CsvSource({
    "LINEAR, b, -0.4, 1, 0",
    "CAT, c, 0.5, 1, 0",
    "SVD, c, 0.5, 1, 0",
    "TIES, b, 0.4, 0.5, 0",
    "TIES_SVD, b, 0.4, 0.5, 2",
    "MAGNITUDE_PRUNE, b, 0.4, 0.3, 0",
    "MAGNITUDE_PRUNE_SVD, b, 0.4, 0.3, 2",
    "DARE_LINEAR, b, 0.4, 1, 0", // with nothing dropped there is no chance in it
    "DARE_TIES, b, 0.4, 1, 0"
  })
  void equalsPeft(Combination how, String second, double weight, double density, int rank) {
    Path into = dir.resolve("out");
    of(how, density, rank, 0.7, weight).write(List.of(file("a"), file(second)), into);
    LoraFactors made = LoraFactors.read(into);
    try (Safetensors expected = Safetensors.open(file("deltas.safetensors"))) {
      List<String> names =
          expected.infos().keySet().stream().filter(n -> n.startsWith(how + "/")).toList();
      assertThat(made.places()).hasSameSizeAs(names);
      for (String name : names) {
        LoraFactors.Factors ours =
            made.places().get(PREFIX + name.substring(name.indexOf('/') + 1));
        Tensor delta = ours.product().mul(Ops.scalar(ours.scale()));
        assertThat(difference(delta, expected.tensor(name))).as(name).isLessThan(1e-5);
      }
    }
  }

  private static double difference(Tensor a, Tensor b) {
    return a.sub(b).abs().max().item_double();
  }

  @Test
  void theResultIsAnAdapterOfItsOwn() {
    Path into = dir.resolve("out");
    of(Combination.CAT, 1, 0, 1, 1).write(List.of(file("a"), file("c")), into);
    Path llama = Golden.SHIPPED.resolve("llama/model");
    try (CausalLm model = CausalLm.load(llama, Compute.CPU);
        Adapted<CausalLm> adapted = AdapterFiles.load(model, into).adapted()) {
      Lora lora = (Lora) adapted.peft();
      // q_proj has both adapters' ranks, 2 + 3, v_proj that of a, up_proj that of c.
      assertThat(lora.rank()).isEqualTo(5);
      assertThat(lora.rankPattern().values()).containsExactlyInAnyOrder(2, 3);
      assertThat(adapted.places()).hasSize(3);
    }
  }

  /** Two thirds of the values are dropped and the rest made three times as large. */
  @Test
  void dareKeepsTheExpectation() {
    torch.manual_seed(1);
    TaskArithmetic dare =
        new TaskArithmetic(Combination.Kept.RANDOM, Combination.Elected.ALL, 1.0 / 3);
    Tensor sum = dare.sum(List.of(torch.ones(90_000)), new double[] {1});
    float[] values = Ops.toFloats(sum);
    for (float v : values) {
      assertThat(Math.round(v * 1000)).isIn(0, 3000);
    }
    // The mean of 90,000 such values has a standard deviation of sqrt(2 / 90000) = 0.0047.
    assertThat(sum.mean().item_double()).isBetween(0.97, 1.03);
  }

  /**
   * Of [4, -1, 2] and [-1, -3, 1] with density 2/3 the largest two are kept: [4, 0, 2] and [-1, -3,
   * 0]. The signs of the sums [3, -3, 2] elect 4, -3 and 2, each alone.
   */
  @Test
  void tiesByHand() {
    TaskArithmetic ties =
        new TaskArithmetic(Combination.Kept.LARGEST, Combination.Elected.MAJORITY, 0.67);
    Tensor a = Ops.floats(new float[] {4, -1, 2}, Compute.CPU);
    Tensor b = Ops.floats(new float[] {-1, -3, 1}, Compute.CPU);
    assertThat(Ops.toFloats(ties.sum(List.of(a, b), new double[] {1, 0.5})))
        .containsExactly(4, -1.5f, 2);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Path into = dir.resolve("out");
    List<Path> ac = List.of(file("a"), file("c"));
    refused(
        () -> of(Combination.LINEAR, 1, 0, 1, 1).write(ac, into),
        "linear needs adapters of one rank, but at "
            + PREFIX
            + "model.layers.0.self_attn.q_proj they have [2, 3]; use cat or svd");
    refused(
        () -> of(Combination.CAT, 1, 0, 1).write(ac, into),
        "2 adapters need 2 weights, 1 are given");
    refused(
        () -> of(Combination.TIES, 0, 0, 1, 1),
        "ties needs a density above 0 and at most 1, was 0.0");
    refused(
        () -> of(Combination.CAT, 1, 0, 1, 1).write(List.of(file("a"), FILES), into),
        FILES + " has no adapter_config.json");
    assertThat(Files.exists(into)).isFalse();
  }

  private static void refused(Runnable run, String start) {
    assertThatThrownBy(run::run).isInstanceOf(UserError.class).hasMessageStartingWith(start);
  }
}

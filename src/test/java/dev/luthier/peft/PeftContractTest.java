package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Model;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every method must keep, on the batch of its family's golden file: {@link PeftCase}. */
class PeftContractTest {
  @TempDir Path dir;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  static Stream<PeftCase> cases() {
    return PeftCase.all();
  }

  private static Golden.Batch batch(PeftCase c) {
    Path file = Golden.SHIPPED.resolve(c.family()).resolve("io.safetensors");
    try (Safetensors io = Safetensors.open(file)) {
      return Golden.Batch.of(io);
    }
  }

  private static Tensor logits(PeftCase c, Model model) {
    try (AutoGradMode off = Ops.noGrad()) {
      return batch(c).logits(model);
    }
  }

  private static float[] values(PeftCase c, Model model) {
    return Ops.toFloats(logits(c, model));
  }

  /** Moves every weight that trains a little, so that the method shows. */
  private static void move(Adapted<?> adapted) {
    try (AutoGradMode off = Ops.noGrad()) {
      torch.manual_seed(3);
      for (Parameter p : adapted.trainable()) {
        Tensor noise = torch.randn_like(p.value());
        p.value().add_(noise, new Scalar(0.1));
      }
    }
  }

  private static double difference(Tensor a, Tensor b) {
    return a.sub(b).abs().max().item_double();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aNewAdapterBeginsWhereThePaperSays(PeftCase c) {
    try (Model model = c.model()) {
      Tensor before = logits(c, model);
      try (Adapted<Model> adapted = Adapted.attach(model, c.peft(), 1)) {
        double away = difference(logits(c, adapted.model()), before);
        assertThat(away).isLessThanOrEqualTo(c.start() + 1e-6);
        move(adapted);
        assertThat(values(c, model)).isNotEqualTo(Ops.toFloats(before));
      }
      assertThat(values(c, model)).containsExactly(Ops.toFloats(before)); // closed
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void switchedOffItIsTheBaseToTheBit(PeftCase c) {
    try (Model model = c.model()) {
      float[] before = values(c, model);
      try (Adapted<Model> adapted = Adapted.attach(model, c.peft(), 1)) {
        move(adapted);
        float[] moved = values(c, model);
        try (Adapted.Off off = adapted.disabled()) {
          assertThat(values(c, model)).containsExactly(before);
        }
        assertThat(values(c, model)).containsExactly(moved);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void mergedItComputesTheSameOrIsRefused(PeftCase c) {
    try (Model model = c.model();
        Adapted<Model> adapted = Adapted.attach(model, c.peft(), 1)) {
      move(adapted);
      Tensor unmerged = logits(c, model);
      if (c.merges()) {
        adapted.merge();
        double size = unmerged.abs().max().item_double();
        assertThat(difference(logits(c, model), unmerged)).isLessThan(1e-5 * Math.max(1, size));
        adapted.unmerge();
      } else {
        assertThatThrownBy(adapted::merge)
            .isInstanceOf(UserError.class)
            .hasMessageContaining("cannot be merged");
      }
      assertThat(values(c, model)).containsExactly(Ops.toFloats(unmerged));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void onlyItsOwnWeightsGetGradients(PeftCase c) {
    try (Model model = c.model();
        Adapted<Model> adapted = Adapted.attach(model, c.peft(), 1)) {
      move(adapted);
      batch(c).loss(model).total().backward();
      assertThat(model.parameters())
          .allSatisfy(
              p -> {
                assertThat(p.trainable()).as(p.name()).isFalse();
                assertThat(p.value().grad().defined()).as(p.name()).isFalse();
              });
      assertThat(adapted.trainable())
          .isNotEmpty()
          .allSatisfy(
              p ->
                  assertThat(p.value().grad().abs().max().item_double()).as(p.name()).isPositive());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void comesBackFromItsFilesToTheBit(PeftCase c) throws IOException {
    float[] moved;
    Peft written;
    try (Model model = c.model();
        Adapted<Model> adapted = Adapted.attach(model, c.peft(), 1)) {
      move(adapted);
      moved = values(c, model);
      written = adapted.written();
      AdapterFiles.save(adapted, dir, "base");
    }
    try (Model model = c.model()) {
      AdapterFiles.Loaded<Model> loaded = AdapterFiles.load(model, dir);
      try (Adapted<Model> adapted = loaded.adapted()) {
        assertThat(loaded.notes()).isEmpty();
        assertThat(adapted.peft()).isEqualTo(c.in(dir, written));
        assertThat(values(c, model)).containsExactly(moved);
        Path again = Files.createDirectory(dir.resolve("again"));
        AdapterFiles.save(adapted, again, "base");
        for (String name : names(again)) {
          assertThat(again.resolve(name)).hasSameBinaryContentAs(dir.resolve(name));
        }
      }
    }
  }

  private static List<String> names(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files.filter(Files::isRegularFile).map(f -> dir.relativize(f).toString()).toList();
    }
  }

  /** Rows of other lengths beside a row change nothing for it. */
  @ParameterizedTest
  @MethodSource("cases")
  void rowsOfABatchDoNotSeeEachOther(PeftCase c) {
    try (Model model = c.model();
        Adapted<Model> adapted = Adapted.attach(model, c.peft(), 1);
        AutoGradMode off = Ops.noGrad()) {
      Assumptions.assumeTrue(model instanceof CausalLm, "decoders only");
      move(adapted);
      CausalLm lm = (CausalLm) adapted.model();
      List<int[]> rows = rows(batch(c).input());
      Tensor together = lm.hidden(Sequences.of(rows, Compute.CPU));
      int at = 0;
      for (int[] row : rows) {
        Tensor alone = lm.hidden(Sequences.of(List.of(row), Compute.CPU));
        assertThat(difference(together.narrow(0, at, row.length), alone)).isLessThan(1e-4);
        at += row.length;
      }
    }
  }

  /** The gradient of a batch is the sum of its rows' gradients, each for the same denominator. */
  @ParameterizedTest
  @MethodSource("cases")
  void accumulatedGradientsAreThoseOfTheBatch(PeftCase c) {
    try (Model model = c.model();
        Adapted<Model> adapted = Adapted.attach(model, c.peft(), 1)) {
      Assumptions.assumeTrue(model instanceof CausalLm, "decoders only");
      move(adapted);
      List<int[]> rows = rows(batch(c).input());
      loss((CausalLm) model, rows, 20).backward();
      List<float[]> whole = taken(adapted);
      rows.forEach(row -> loss((CausalLm) model, List.of(row), 20).backward());
      List<float[]> summed = taken(adapted);
      for (int i = 0; i < whole.size(); i++) {
        double largest = 0;
        for (float g : whole.get(i)) {
          largest = Math.max(largest, Math.abs(g));
        }
        for (int j = 0; j < whole.get(i).length; j++) {
          assertThat((double) summed.get(i)[j])
              .as(adapted.trainable().get(i).name())
              .isCloseTo(whole.get(i)[j], within(1e-3 * largest + 1e-6));
        }
      }
    }
  }

  private static List<int[]> rows(Sequences batch) {
    int[] ids = Arrays.stream(Ops.toLongs(batch.ids())).mapToInt(Math::toIntExact).toArray();
    int[] ends = batch.lengths().clone();
    Arrays.parallelPrefix(ends, Integer::sum);
    return IntStream.range(0, ends.length)
        .mapToObj(b -> Arrays.copyOfRange(ids, ends[b] - batch.lengths()[b], ends[b]))
        .toList();
  }

  /** Every token but the first of each row is to be predicted. */
  private static Tensor loss(CausalLm model, List<int[]> rows, double denominator) {
    long[] positions = new long[rows.stream().mapToInt(r -> r.length - 1).sum()];
    long[] targets = new long[positions.length];
    int i = 0;
    int at = 0;
    for (int[] row : rows) {
      for (int t = 1; t < row.length; t++, i++) {
        positions[i] = at + t - 1;
        targets[i] = row[t];
      }
      at += row.length;
    }
    Tensor logits =
        model.logits(Sequences.of(rows, Compute.CPU), Ops.longs(positions, Compute.CPU));
    return new CrossEntropy().of(logits, Ops.longs(targets, Compute.CPU), denominator).total();
  }

  /** The gradients, which are then zero. */
  static List<float[]> taken(Adapted<?> adapted) {
    return adapted.trainable().stream()
        .map(
            p -> {
              float[] out = Ops.toFloats(p.value().grad());
              p.value().mutable_grad().zero_();
              return out;
            })
        .toList();
  }

  @Test
  void fullTrainsEveryWeightOfTheModel() {
    try (CausalLm model =
            CausalLm.load(Golden.SHIPPED.resolve("llama3").resolve("model"), Compute.CPU);
        Adapted<CausalLm> adapted = Adapted.attach(model, new Full(), 1)) {
      assertThat(adapted.trainable()).containsExactlyElementsOf(model.parameters());
      assertThat(adapted.trainable()).allMatch(Parameter::trainable);
      // The table counts once though it is the head too.
      long table = 320 * 64;
      assertThat(adapted.trainableCount())
          .isEqualTo(model.parameters().stream().mapToLong(Parameter::count).sum());
      assertThat(model.parameters().stream().filter(p -> p.count() == table)).hasSize(1);
      assertThatThrownBy(adapted::disabled).isInstanceOf(IllegalStateException.class);
    }
  }
}

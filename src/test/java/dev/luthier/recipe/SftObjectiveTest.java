package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.data.Batches;
import dev.luthier.data.Packer;
import dev.luthier.data.TaskNames;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Loss;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.train.AdamW;
import dev.luthier.train.Loop;
import dev.luthier.train.Objective;
import dev.luthier.train.Optim;
import dev.luthier.train.Schedule;
import dev.luthier.train.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How rows are batched, cut and packed changes nothing, on a random Llama and 16 random rows. */
class SftObjectiveTest {
  private final Scope scope = new Scope();
  private final List<TokenRow> rows = rows();
  private CausalLm model;

  @BeforeEach
  void load() {
    model = CausalLm.load(Golden.SHIPPED.resolve("llama/model"), Compute.CPU);
    model.parameters().forEach(p -> p.trainable(true));
  }

  @AfterEach
  void close() {
    model.close();
    scope.close();
  }

  /** Of 2 to 30 tokens, of which the later ones are learnt. */
  private static List<TokenRow> rows() {
    Random random = new Random(5);
    List<TokenRow> rows = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      int[] ids = random.ints(2 + random.nextInt(29), 3, 320).toArray();
      int from = 1 + random.nextInt(ids.length - 1);
      boolean[] trained = new boolean[ids.length];
      IntStream.range(from, ids.length).forEach(t -> trained[t] = true);
      rows.add(new TokenRow(ids, trained));
    }
    return rows;
  }

  /** A step of all rows: its loss, and the gradient of every weight. */
  private record Done(double loss, float[] gradient) {
    void sameAs(Done other) {
      assertThat(loss).isCloseTo(other.loss, within(1e-5));
      assertThat(gradient).containsExactly(other.gradient, within(1e-5f));
    }
  }

  private Done step(List<List<TokenRow>> bins, int batch, int rowsAtOnce) {
    OptimSpec spec =
        new OptimSpec(
            Optional.of(1e-3),
            batch,
            Optional.of(rowsAtOnce),
            Optional.empty(),
            Optional.of(1L),
            0,
            new Schedule.Constant(new Span.Steps(0)),
            AdamW.of(0.9, 0.999, 1e-8));
    RowSteps<TokenRow, TokenBatch> steps =
        new RowSteps<>(
            new Batches<>(bins, batch, Batches.Order.AS_THEY_STAND),
            Map.of(),
            (some, draw, compute) -> TokenBatch.of(some, compute),
            spec,
            new RowTasks<>(false, new TaskNames(List.of()), Map.of()),
            model);
    List<Double> loss = new ArrayList<>();
    List<Parameter> weights = List.copyOf(model.parameters());
    Objective<TokenBatch> objective = SftLesson.objectiveOf(model);
    try (Optim optim = // of rate 0: the weights stay
        new Optim(
            List.of(new Optim.Group(weights, 0, 0)), AdamW.of(0.9, 0.999, 1e-8), Compute.CPU)) {
      new Loop(optim, spec.schedule(), 0, 1)
          .run(steps, 0, objective, report -> loss.add(report.loss()));
      Tensor[] gradients =
          weights.stream().map(p -> p.value().grad().reshape(-1).clone()).toArray(Tensor[]::new);
      return new Done(loss.get(0), Ops.toFloats(Ops.cat(0, gradients)));
    }
  }

  private List<List<TokenRow>> oneByOne() {
    return rows.stream().map(List::of).toList();
  }

  @Test
  void sixteenTimesOneEqualsOneTimesSixteen() {
    Done whole = step(oneByOne(), 16, 16);
    step(oneByOne(), 16, 1).sameAs(whole);
    step(oneByOne(), 16, 5).sameAs(whole);
  }

  @Test
  void packedEqualsUnpacked() {
    List<List<TokenRow>> bins = Packer.pack(rows, 64);
    assertThat(bins).hasSizeLessThan(8);
    step(bins, bins.size(), bins.size()).sameAs(step(oneByOne(), 16, 16));
  }

  @Test
  void theLossIsTheMeanOverTargetsNotOverRows() {
    double sum = 0;
    int targets = 0;
    Objective<TokenBatch> objective = SftLesson.objectiveOf(model);
    for (TokenRow row : rows) {
      sum += objective.of(TokenBatch.of(List.of(row), Compute.CPU), 1).total().item_double();
      targets += row.targets();
    }
    assertThat(step(oneByOne(), 16, 16).loss()).isCloseTo(sum / targets, within(1e-5));
  }

  /** The slope of the loss along its gradient is the gradient's length. */
  @Test
  void theGradientIsTheSlope() {
    TokenBatch batch = TokenBatch.of(rows, Compute.CPU);
    Objective<TokenBatch> objective = SftLesson.objectiveOf(model);
    Loss loss = objective.of(batch, batch.targets().numel());
    loss.total().backward();
    double length =
        Math.sqrt(
            model.parameters().stream()
                .mapToDouble(p -> p.value().grad().norm().item_double())
                .map(n -> n * n)
                .sum());
    double step = 0.02;
    double ahead = moved(objective, batch, step / length);
    double behind = moved(objective, batch, -2 * step / length); // from there
    assertThat((ahead - behind) / (2 * step)).isCloseTo(length, within(0.01 * length));
  }

  /** The loss after every weight went along its gradient. */
  private double moved(Objective<TokenBatch> objective, TokenBatch batch, double times) {
    try (AutoGradMode off = Ops.noGrad()) {
      model.parameters().forEach(p -> p.value().add_(p.value().grad(), Ops.scalar(times)));
      return objective.of(batch, batch.targets().numel()).total().item_double();
    }
  }
}

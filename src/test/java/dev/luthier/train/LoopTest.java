package dev.luthier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.loss.Loss;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopTest {
  private final Scope scope = new Scope();
  private final OneWeight model = OneWeight.create();
  private final List<StepReport> reports = new ArrayList<>();

  @AfterEach
  void free() {
    model.close();
    scope.close();
  }

  private boolean record(StepReport report) {
    return reports.add(report);
  }

  @Test
  void theLossOfAStepIsTheMeanOverItsParts() {
    // (1 + 3 + 5) / 3 = 3 times w = 1, and the gradient is 3 too
    Steps<Double> steps = OneWeight.steps(1, 1, step -> new double[] {1, 3, 5});
    assertThat(model.loop(0).run(steps, 0, model.objective(), this::record)).isEqualTo(1);
    StepReport report = reports.get(0);
    assertThat(report.done()).isEqualTo(1);
    assertThat(report.loss()).isCloseTo(3, within(1e-6));
    assertThat(report.gradientNorm()).isCloseTo(3, within(1e-6));
    assertThat(report.factor()).isEqualTo(1);
    assertThat(report.tokens()).isEqualTo(30);
    assertThat(report.terms()).isEmpty();
    assertThat(model.value()).isCloseTo(0.9f, within(1e-6f));
  }

  @Test
  void termsOfPartsAddUp() {
    Objective<Double> withTerms =
        (g, denominator) -> {
          Tensor total = model.objective().of(g, denominator).total();
          Tensor share = Ops.floats(new float[] {(float) (g / denominator)}, Compute.CPU);
          return new Loss(total, List.of(new Loss.Term("reward", share)));
        };
    Steps<Double> steps = OneWeight.steps(1, 1, step -> new double[] {1, 3, 5, 7});
    model.loop(0).run(steps, 0, withTerms, this::record);
    assertThat(reports.get(0).terms()).isEqualTo(Map.of("reward", 4.0));
  }

  @Test
  void gradientsDoNotPassFromStepToStep() {
    Steps<Double> steps = OneWeight.steps(3, 3, step -> new double[] {2});
    model.loop(0).run(steps, 0, model.objective(), this::record);
    assertThat(reports).extracting(StepReport::gradientNorm).containsExactly(2.0, 2.0, 2.0);
    assertThat(model.value()).isCloseTo(0.7f, within(1e-5f));
  }

  @Test
  void reportsTheNormBeforeClipping() {
    Steps<Double> steps = OneWeight.steps(1, 1, step -> new double[] {-4});
    model.loop(0.5).run(steps, 0, model.objective(), this::record);
    assertThat(reports.get(0).gradientNorm()).isCloseTo(4, within(1e-6));
    assertThat(Ops.toFloats(model.weight().value().grad())[0]).isCloseTo(-0.5f, within(1e-6f));
  }

  @Test
  void theScheduleGetsTheStepAndTheTotal() {
    // 4 steps, the rate falls from 1 to 0 in quarters.
    Steps<Double> steps = OneWeight.steps(4, 4, step -> new double[] {1});
    Loop loop = new Loop(model.optim(), new Schedule.Linear(new Span.Steps(0), 0), 0, 1);
    loop.run(steps, 0, model.objective(), this::record);
    assertThat(reports).extracting(StepReport::factor).containsExactly(1.0, 0.75, 0.5, 0.25);
    assertThat(model.value()).isCloseTo(1 - 0.25f, within(1e-5f));
  }

  @Test
  void stopsWhenTheListenerHasEnoughAndGoesOnFromThere() {
    List<Double> seen = new ArrayList<>();
    Objective<Double> listening =
        (g, denominator) -> {
          seen.add(g);
          return model.objective().of(g, denominator);
        };
    Steps<Double> steps = OneWeight.steps(5, 5, step -> new double[] {step + 1});
    assertThat(model.loop(0).run(steps, 0, listening, report -> report.done() < 2)).isEqualTo(2);
    assertThat(model.loop(0).run(steps, 2, listening, report -> true)).isEqualTo(5);
    assertThat(seen).containsExactly(1.0, 2.0, 3.0, 4.0, 5.0);
  }

  @Test
  void everyPartDrawsItsOwnNumbersWhereverTheRunBegan() {
    List<Float> whole = drawn(0, 1);
    assertThat(whole).hasSize(6).doesNotHaveDuplicates();
    assertThat(drawn(2, 1)).isEqualTo(whole.subList(4, 6));
    assertThat(drawn(0, 2)).doesNotContainAnyElementsOf(whole);
  }

  /** The random number that each of two parts of steps {@code from} to 2 draws. */
  private List<Float> drawn(long from, long seed) {
    List<Float> numbers = new ArrayList<>();
    Objective<Double> drawing =
        (g, denominator) -> {
          numbers.add(Ops.toFloats(torch.rand(1))[0]);
          return model.objective().of(g, denominator);
        };
    Steps<Double> steps = OneWeight.steps(3, 3, step -> new double[] {1, 1});
    new Loop(model.optim(), new Schedule.Constant(new Span.Steps(0)), 0, seed)
        .run(steps, from, drawing, report -> true);
    return numbers;
  }

  @Test
  void aLossThatIsNoNumberNamesItsBatchAndLeavesTheWeights() {
    Steps<Double> steps =
        OneWeight.steps(
            3, 3, step -> step < 2 ? new double[] {1} : new double[] {1, Double.NaN, 5});
    assertThatThrownBy(() -> model.loop(1).run(steps, 0, model.objective(), this::record))
        .isInstanceOf(NonFinite.class)
        .hasMessage(
            "the loss is NaN at step 3 in the batch of NaN; the weights are those before the step"
                + " (lower optim.lr, or look at these rows)");
    assertThat(reports).hasSize(2);
    assertThat(model.value()).isCloseTo(0.8f, within(1e-6f));
  }

  @Test
  void aGradientThatIsNoNumberLeavesTheWeights() {
    // The root of w - 1 is 0 at w = 1, and its slope is infinite.
    Objective<Double> root =
        (g, denominator) -> Loss.of(model.weight().value().sub(Ops.scalar(1)).sqrt().sum());
    Steps<Double> steps = OneWeight.steps(1, 1, step -> new double[] {7});
    for (double clip : new double[] {0, 1}) {
      assertThatThrownBy(() -> model.loop(clip).run(steps, 0, root, this::record))
          .isInstanceOf(NonFinite.class)
          .hasMessage(
              "the gradient is Infinity at step 1 in the batch of 7.0; the weights are those before"
                  + " the step");
      assertThat(model.value()).isEqualTo(1);
    }
  }
}

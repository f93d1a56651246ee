package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.train.AdamW;
import dev.luthier.train.Optim;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gates by hand, and that exactly k changes are left of all. */
class DiffPruningTest {
  @TempDir Path dir;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Model model() {
    return Models.load(Golden.SHIPPED.resolve("llama/model"), Compute.CPU);
  }

  private static Golden.Batch batch() {
    try (Safetensors io = Safetensors.open(Golden.SHIPPED.resolve("llama/io.safetensors"))) {
      return Golden.Batch.of(io);
    }
  }

  private static float[] values(Model model) {
    try (AutoGradMode off = Ops.noGrad()) {
      return Ops.toFloats(batch().logits(model));
    }
  }

  private static DiffPruning method(double start) {
    return new DiffPruning(
        Optional.empty(),
        Optional.of(50L),
        new Targets.Names(List.of("k_proj", "o_proj")),
        1e-3,
        start,
        1000,
        0.3,
        List.of());
  }

  @Test
  void gatesByHand() {
    Tensor alpha = torch.tensor(0f, 0f, 0f, 0f);
    Tensor u = torch.tensor(0.5f, 0.75f, 0.25f, 0.99f);
    // logit u = 0, ln 3, -ln 3, ..: s = .5, .75, .25, .99; s x 3 - 1.5 = 0, .75, -.75, 1.47
    assertThat(Ops.toFloats(HardConcrete.drawn(alpha, u)))
        .containsExactly(new float[] {0, 0.75f, 0, 1}, within(1e-4f));
    float ln3 = (float) Math.log(3);
    assertThat(Ops.toFloats(HardConcrete.still(torch.tensor(0f, ln3, 5f))))
        .containsExactly(new float[] {0, 0.75f, 1}, within(1e-5f));
    // -l / r is 1, so P(open) is sigmoid(alpha): 1/2, 3/4
    assertThat(Ops.toFloats(HardConcrete.open(torch.tensor(0f, ln3))))
        .containsExactly(new float[] {0.5f, 0.75f}, within(1e-6f));
    // and that is how often a draw is open
    torch.manual_seed(1);
    Tensor many =
        HardConcrete.drawn(torch.full(new long[] {100_000}, Ops.scalar(ln3)), torch.rand(100_000));
    assertThat(many.gt(Ops.scalar(0)).sum().item_double() / 1e5).isCloseTo(0.75, within(0.01));
  }

  @Test
  void thePenaltyIsTheExpectedNumberOfOpenGates() {
    try (Model model = model();
        Adapted<Model> adapted = Adapted.attach(model, method(0), 1)) {
      // k_proj has 32 x 64 weights, o_proj 64 x 64, in 2 layers; all gates open with 1/2 x 1/2
      double n = 2 * (32 * 64 + 64 * 64);
      Tensor penalty = adapted.course().penalty();
      assertThat(penalty).isNotNull();
      assertThat(penalty.item_double()).isCloseTo(1e-3 * n / 4, within(1e-3));
      penalty.backward();
      assertThat(adapted.trainable())
          .filteredOn(p -> p.name().endsWith(Gated.ALPHA))
          .allMatch(p -> p.value().grad().min().item_double() > 0);
    }
  }

  @Test
  void itBeginsAtTheBaseAndDrawsInTrainingAlone() {
    try (Model model = model()) {
      float[] base = values(model);
      try (Adapted<Model> adapted = Adapted.attach(model, method(0.5), 1)) {
        assertThat(values(model)).containsExactly(base, within(1e-5f));
        adapted.training(true);
        assertThat(values(model)).containsExactly(base, within(1e-5f));
        move(adapted);
        float[] one = values(model);
        assertThat(values(model)).containsExactly(one); // one draw for the whole step
        adapted.course().afterStep(0, 100);
        assertThat(values(model)).isNotEqualTo(one);
        batch().loss(model).total().backward();
        assertThat(model.parameters()).noneMatch(p -> p.value().grad().defined());
        for (String end : List.of(Delta.VALUES, "weight" + Gated.ALPHA)) {
          assertThat(adapted.trainable()) // a closed group passes nothing on
              .filteredOn(p -> p.name().endsWith(end))
              .anyMatch(p -> p.value().grad().abs().max().item_double() > 0);
        }
        try (Adapted.Off off = adapted.disabled()) {
          assertThat(values(model)).containsExactly(base);
        }
      }
      assertThat(values(model)).containsExactly(base);
    }
  }

  private static void move(Adapted<?> adapted) {
    try (AutoGradMode off = Ops.noGrad()) {
      torch.manual_seed(3);
      for (Parameter p : adapted.trainable()) {
        Tensor noise = torch.randn_like(p.value());
        p.value().add_(noise, Ops.scalar(0.1));
      }
    }
  }

  @Test
  void outsideOfTrainingExactlySoManyChangesCountAndAreSavedAndMerged() {
    float[] measured;
    try (Model model = model();
        Adapted<Model> adapted = Adapted.attach(model, method(5), 1);
        Optim optim =
            new Optim(
                List.of(new Optim.Group(adapted.trainable(), 0.1, 0)),
                AdamW.of(0.9, 0.99, 1e-8),
                Compute.CPU)) {
      assertThat(changed(adapted)).isZero();
      adapted.training(true);
      batch().loss(model).total().backward();
      optim.step(1);
      adapted.training(false);
      assertThat(changed(adapted)).isEqualTo(50); // chosen anew, though nobody said so
      measured = values(model);
      adapted.merge();
      assertThat(values(model)).containsExactly(measured, within(1e-5f));
      adapted.unmerge();
      AdapterFiles.save(adapted, dir, "base");
    }
    try (Model model = model();
        Adapted<Model> adapted = AdapterFiles.load(model, dir).adapted()) {
      assertThat(adapted.trainableCount()).isEqualTo(50);
      assertThat(adapted.peft()).isEqualTo(method(5));
      assertThat(values(model)).containsExactly(measured);
    }
  }

  private static long changed(Adapted<?> adapted) {
    return Deltas.of(adapted).stream()
        .mapToLong(d -> d.sum().ne(d.weight().value()).sum().item_long())
        .sum();
  }

  @Test
  void towardsTheEndTheProjectionIsFixed() {
    try (Model model = model();
        Adapted<Model> adapted = Adapted.attach(model, method(5), 1)) {
      Course course = adapted.course();
      adapted.training(true);
      move(adapted);
      course.afterStep(5, 10);
      assertThat(changed(adapted)).isGreaterThan(50);
      course.afterStep(6, 10); // 7 of 10 steps are done: 0.3 of the run is left
      assertThat(changed(adapted)).isEqualTo(50);
      assertThat(course.penalty()).isNull();
      float[] fixed = values(model);
      course.afterStep(7, 10);
      assertThat(values(model)).containsExactly(fixed);
      adapted.training(false);
      assertThat(values(model)).containsExactly(fixed, within(1e-5f));
    }
  }

  @Test
  void theGatesHaveARateOfTheirOwn() {
    try (Model model = model();
        Adapted<Model> adapted = Adapted.attach(model, method(5), 1)) {
      assertThat(adapted.trainable())
          .extracting(p -> method(5).rateOf(p))
          .startsWith(1.0, 1000.0, 1000.0);
    }
  }
}

package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.loss.Loss;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.train.AdamW;
import dev.luthier.train.Loop;
import dev.luthier.train.Optim;
import dev.luthier.train.Schedule;
import dev.luthier.train.Span;
import dev.luthier.train.Steps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdaloraTest {
  @TempDir Path dir;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static CausalLm llama() {
    return CausalLm.load(Golden.SHIPPED.resolve("llama").resolve("model"), Compute.CPU);
  }

  /** Rank 4 at the start, 2 at the end, in 2 layers' queries and values: 16 entries to 8. */
  private static Adalora adalora(int every) {
    Targets targets = new Targets.Names(List.of("q_proj", "v_proj"));
    return new Adalora(
        2,
        4,
        8,
        0,
        targets,
        List.of(),
        0.5,
        LoraFamilyCases.schedule(every, Optional.empty()),
        Map.of(),
        List.of());
  }

  @Test
  void theBudgetFallsWithTheThirdPower() {
    // 20 steps: 2 before the first cut, 4 after the last, at step 16
    AdaloraSchedule schedule = LoraFamilyCases.schedule(1, Optional.empty());
    assertThat(schedule.budget(2, 20, 16, 8)).isEqualTo(16);
    // step 9 is half of the way from 2 to 16: 8 + 8 / 2^3
    assertThat(schedule.budget(9, 20, 16, 8)).isEqualTo(9);
    assertThat(schedule.budget(16, 20, 16, 8)).isEqualTo(8);
    assertThat(schedule.budget(20, 20, 16, 8)).isEqualTo(8);
    for (int step = 2; step < 20; step++) {
      assertThat(schedule.budget(step + 1, 20, 16, 8))
          .isLessThanOrEqualTo(schedule.budget(step, 20, 16, 8));
    }
  }

  /** A run of so many steps on the golden batch; after each, hears the steps that are done. */
  private void train(Adapted<CausalLm> adapted, int from, int to, int total, Runnable after) {
    Golden.Batch batch;
    try (Safetensors io =
        Safetensors.open(Golden.SHIPPED.resolve("llama").resolve("io.safetensors"))) {
      batch = Golden.Batch.of(io);
    }
    Steps<Golden.Batch> steps =
        new Steps<>() {
          @Override
          public long total() {
            return total;
          }

          @Override
          public long perEpoch() {
            return total;
          }

          @Override
          public List<Micro<Golden.Batch>> at(long step) {
            return List.of(new Micro<>(() -> batch, 1, 1, "the batch"));
          }
        };
    Optim.Group group = new Optim.Group(adapted.trainable(), 0.01, 0);
    // Not closed: the weights live in its buffer.
    Optim optim = new Optim(List.of(group), AdamW.of(0.9, 0.999, 1e-8), Compute.CPU);
    Loop loop = new Loop(optim, new Schedule.Constant(new Span.Steps(0)), 0, 1, adapted.course());
    loop.run(
        steps,
        from,
        (b, denominator) -> Loss.of(b.loss(adapted.model()).total()),
        report -> {
          after.run();
          return report.done() < to;
        });
  }

  private static List<Parameter> diagonals(Adapted<?> adapted) {
    return adapted.trainable().stream().filter(p -> p.name().endsWith("lora_E")).toList();
  }

  private static long spent(Adapted<?> adapted) {
    return diagonals(adapted).stream().mapToLong(p -> p.value().count_nonzero().item_long()).sum();
  }

  @Test
  void theBudgetIsKeptAtEveryStep() {
    List<Long> spent = new ArrayList<>();
    List<List<Boolean>> left = new ArrayList<>();
    Adalora adalora = adalora(1);
    try (CausalLm model = llama();
        Adapted<CausalLm> adapted = Adapted.attach(model, adalora, 1)) {
      train(
          adapted,
          0,
          20,
          20,
          () -> {
            spent.add(spent(adapted));
            left.add(nonzero(adapted));
          });
      for (int step = 1; step <= 20; step++) {
        assertThat(spent.get(step - 1))
            .as("after step %d", step)
            .isEqualTo(adalora.schedule().budget(step, 20, 16, 8));
      }
      // After the last cut, in step 16, the choice stays, and it is what the file tells.
      assertThat(left.subList(15, 20)).containsOnly(left.get(15));
      Adalora written = (Adalora) adapted.written();
      assertThat(written.rankPattern().values().stream().flatMap(List::stream))
          .containsExactlyElementsOf(left.get(19));
      assertThat(written.schedule().steps()).contains(20);
    }
  }

  private static List<Boolean> nonzero(Adapted<?> adapted) {
    List<Boolean> out = new ArrayList<>();
    for (Parameter p : diagonals(adapted)) {
      for (float v : Ops.toFloats(p.value())) {
        out.add(v != 0);
      }
    }
    return out;
  }

  /** Between cuts entries may grow again, as in algorithm 1; at every cut the budget holds. */
  @Test
  void theBudgetIsKeptAtEveryCut() {
    List<Long> spent = new ArrayList<>();
    Adalora adalora = adalora(5);
    try (CausalLm model = llama();
        Adapted<CausalLm> adapted = Adapted.attach(model, adalora, 1)) {
      train(adapted, 0, 20, 20, () -> spent.add(spent(adapted)));
      for (int step : List.of(5, 10, 15, 16, 17, 20)) {
        assertThat(spent.get(step - 1))
            .as("after step %d", step)
            .isEqualTo(adalora.schedule().budget(step, 20, 16, 8));
      }
      assertThat(spent.get(11)).isEqualTo(16);
    }
  }

  @Test
  void aFinishedRunIsSavedWithWhatIsLeftAndComputesTheSame() {
    float[] before;
    try (CausalLm model = llama();
        Adapted<CausalLm> adapted = Adapted.attach(model, adalora(1), 1)) {
      train(adapted, 0, 20, 20, () -> {});
      before = logits(model);
      AdapterFiles.save(adapted, dir, "base");
    }
    try (CausalLm model = llama();
        Adapted<CausalLm> adapted = AdapterFiles.load(model, dir).adapted()) {
      // 8 of 16 triplets are there; the scale is that of the rank at the start.
      assertThat(diagonals(adapted).stream().mapToLong(Parameter::count).sum()).isEqualTo(8);
      float[] again = logits(model);
      for (int i = 0; i < again.length; i++) {
        assertThat(again[i]).isCloseTo(before[i], within(1e-4f));
      }
    }
  }

  private static float[] logits(CausalLm model) {
    try (Safetensors io =
            Safetensors.open(Golden.SHIPPED.resolve("llama").resolve("io.safetensors"));
        AutoGradMode off = Ops.noGrad()) {
      return Ops.toFloats(Golden.Batch.of(io).logits(model));
    }
  }

  /** What a run that stopped has to know of its course is all in the course's state. */
  @Test
  void aRunThatStoppedGoesOnAsItWouldHave() {
    try (CausalLm one = llama();
        CausalLm two = llama();
        Adapted<CausalLm> straight = Adapted.attach(one, adalora(1), 1);
        Adapted<CausalLm> resumed = Adapted.attach(two, adalora(1), 2)) {
      train(straight, 0, 9, 20, () -> {});
      copy(straight.trainable(), resumed.trainable());
      copy(straight.course().state(), resumed.course().state());
      List<Course> courses = List.of(straight.course(), resumed.course());
      // The same gradients to both from here on.
      for (long step = 9; step < 17; step++) {
        for (int i = 0; i < straight.trainable().size(); i++) {
          torch.manual_seed(100 * step + i);
          Tensor noise = torch.randn_like(straight.trainable().get(i).value());
          for (Adapted<CausalLm> run : List.of(straight, resumed)) {
            nudge(run.trainable().get(i), noise);
          }
        }
        long now = step;
        courses.forEach(c -> c.afterStep(now, 20));
      }
      assertThat(nonzero(resumed)).isEqualTo(nonzero(straight));
      assertThat(((Adalora) resumed.written()).rankPattern())
          .isEqualTo(((Adalora) straight.written()).rankPattern())
          .isNotEmpty();
    }
  }

  private static void nudge(Parameter p, Tensor noise) {
    try (AutoGradMode off = Ops.noGrad()) {
      p.value().add_(noise, Ops.scalar(0.01));
    }
    if (p.value().grad().defined()) {
      p.value().mutable_grad().zero_();
    }
    p.value().mul(noise).sum().backward();
  }

  private static void copy(List<Parameter> from, List<Parameter> to) {
    try (AutoGradMode off = Ops.noGrad()) {
      IntStream.range(0, from.size()).forEach(i -> to.get(i).value().copy_(from.get(i).value()));
    }
  }

  @Test
  void importanceIsThatOfTheEntryAndTheMeansOfItsVectors() {
    // One triplet, in = 2, out = 1: Q = (1, 2), P = (3), L = (4), all gradients 1, both betas 0.5.
    Parameter q = trained("q", 1, 2, 1, 2);
    Parameter p = trained("p", 1, 1, 3);
    Parameter l = trained("l", 1, 1, 4);
    q.value().sum().add(p.value().sum()).add(l.value().sum()).backward();
    AdaloraImportance one =
        AdaloraImportance.of(new Adalora.Triplets("x", x -> x, q, p, l, 1, 0, new Dropout()));
    try (AutoGradMode off = Ops.noGrad()) {
      one.measure(new AdaloraSchedule(0, 0, 1, 0.5, 0.5, Optional.empty()));
      // |w dw| = w; smoothed w/2; its distance w/2, smoothed w/4; their product w^2 / 8.
      // (4^2 + (1^2 + 2^2) / 2 + 3^2) / 8 = 27.5 / 8
      assertThat(one.scores().item_double()).isCloseTo(27.5 / 8, within(1e-6));
    }
  }

  private static Parameter trained(String name, long rows, long columns, float... values) {
    Parameter p = new Parameter(name, Ops.floats(values, Compute.CPU).reshape(rows, columns));
    p.trainable(true);
    return p;
  }

  @Test
  void tablesAndBadSchedulesAreRefused() {
    Targets table = new Targets.Names(List.of("embed_tokens"));
    Adalora onTable =
        new Adalora(
            2,
            4,
            8,
            0,
            table,
            List.of(),
            0.5,
            LoraFamilyCases.schedule(1, Optional.empty()),
            Map.of(),
            List.of());
    try (CausalLm model = llama()) {
      refused(
          () -> Adapted.attach(model, onTable, 1),
          "adalora.targets [embed_tokens] match model.embed_tokens, which is no linear map;"
              + " adalora has no form for it");
    }
    refused(
        () -> new AdaloraSchedule(0.5, 0.5, 1, 0.85, 0.85, Optional.empty()),
        "adalora.schedule.warmup + settle must be < 1, was 1");
  }

  private static void refused(Runnable run, String message) {
    assertThatThrownBy(run::run).isInstanceOf(UserError.class).hasMessage(message);
  }
}

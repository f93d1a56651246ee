package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Decoding;
import dev.luthier.model.Generative;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Seq2Seq;
import dev.luthier.rollout.Budget;
import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Generator;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws of adapters that are made for each task, with several tasks in one batch. */
class HyperAdapterTest {
  private static final List<int[]> ROWS =
      List.of(
          new int[] {245, 258, 225, 98, 295, 100, 244, 111},
          new int[] {31, 12},
          new int[] {77, 140, 8, 9, 201},
          new int[] {5, 6, 7});

  @TempDir Path dir;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Model load(String family) {
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  private static Sequences batch(List<int[]> rows) {
    return Sequences.of(rows, Compute.CPU);
  }

  private static void move(Adapted<?> adapted) {
    try (AutoGradMode off = Ops.noGrad()) {
      torch.manual_seed(3);
      for (Parameter p : adapted.trainable()) {
        p.value().add_(torch.randn_like(p.value()), Ops.scalar(0.1));
      }
    }
  }

  private static Tensor logits(Model model, List<int[]> rows, int... tasks) {
    model.tasks().set(tasks);
    if (model instanceof Seq2Seq writer) {
      return writer.logits(writer.hidden(batch(rows), writer.decoderInput(rows)));
    }
    CausalLm lm = (CausalLm) model;
    return lm.logits(lm.hidden(batch(rows)));
  }

  /**
   * Llama's widths are H = 64 with 2 layers, T5's are in its config. By hand, with E = 6, C = 10, P
   * = 8, R = H / 8 = 8, K = 3: 3 E for the tasks, and for each stack 2 E for the layers, 2 E for
   * the places, 18 C + C, 10 P + P, 2 P for the norm, and (P + 1) (2 R H + R + 3 H) for what is
   * made.
   */
  @Test
  void hasAsManyWeightsAsTheFormulaSays() {
    long projector = 18 * 10 + 10 + 10 * 8 + 8 + 2 * 8;
    long made = 9 * (2 * 8 * 64 + 8 + 3 * 64);
    long stack = 2 * 6 + 2 * 6 + projector + made;
    try (Model model = load("llama");
        Adapted<Model> adapted = Adapted.attach(model, HyperCases.of(3, false), 1)) {
      assertThat(model.config().hiddenSize()).isEqualTo(64);
      assertThat(adapted.trainableCount()).isEqualTo(3 * 6 + stack);
    }
    try (Model model = load("llama");
        Adapted<Model> adapted = Adapted.attach(model, HyperCases.of(3, true), 1)) {
      assertThat(adapted.trainableCount()).isEqualTo(3 * 6 + stack + 5 * 64); // two norms a layer
    }
    try (Model model = load("t5");
        Adapted<Model> adapted = Adapted.attach(model, HyperCases.of(3, false), 1)) {
      assertThat(model.config().hiddenSize()).isEqualTo(64);
      assertThat(adapted.trainableCount()).isEqualTo(3 * 6 + 2 * stack);
    }
  }

  /** By hand, on two units: what is made of I = 1 is D = (1 2), U = (3 4)^T, g = (1 10), b = 5. */
  @Test
  void computesTheFormula() {
    HyperNet.Made made =
        new HyperNet.Made(
            Ops.floats(new float[] {1, 2}, Compute.CPU).view(1, 1, 2),
            Ops.floats(new float[] {0.5f}, Compute.CPU).view(1, 1),
            Ops.floats(new float[] {3, 4}, Compute.CPU).view(1, 2, 1),
            Ops.floats(new float[] {0, 1}, Compute.CPU).view(1, 2),
            Ops.floats(new float[] {1, 10}, Compute.CPU).view(1, 2),
            Ops.floats(new float[] {5, 5}, Compute.CPU).view(1, 2),
            Nonlinearity.RELU);
    // y = (1 1): low = 1 + 2 + 0.5 = 3.5, high = (10.5, 15), normed (-1, 1), times g plus b
    Tensor y = Ops.floats(new float[] {1, 1}, Compute.CPU).view(1, 2);
    float[] out = Ops.toFloats(made.of(0).apply(y));
    assertThat(out[0]).isCloseTo(4, org.assertj.core.api.Assertions.within(1e-4f));
    assertThat(out[1]).isCloseTo(15, org.assertj.core.api.Assertions.within(1e-4f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "t5", "gpt_neox"})
  void tasksInOneBatchAreTheTasksAlone(String family) {
    try (Model model = load(family);
        Adapted<Model> adapted = Adapted.attach(model, HyperCases.of(3, true), 1);
        AutoGradMode off = Ops.noGrad()) {
      move(adapted);
      Tensor together = logits(model, ROWS, 2, 0, 2, 1);
      int[] tasks = {2, 0, 2, 1};
      List<Tensor> alone = new ArrayList<>();
      for (int i = 0; i < tasks.length; i++) {
        alone.add(logits(model, List.of(ROWS.get(i)), tasks[i]));
      }
      Golden.sameLogits(together, Ops.cat(0, alone.toArray(Tensor[]::new)));
      Tensor other = logits(model, ROWS, 0, 0, 2, 1);
      assertThat(other.sub(together).abs().max().item_double()).isGreaterThan(0.01);
      // the first row alone has another task now
      long rest = together.size(0) - ROWS.get(0).length;
      Golden.sameLogits(
          other.narrow(0, ROWS.get(0).length, rest), together.narrow(0, ROWS.get(0).length, rest));
    }
  }

  /**
   * The same batch twice, one task each, has the summed gradient; who is not asked learns nothing.
   */
  /** Two tasks that share a source each read it in their own way; one task reads it once. */
  @Test
  void aSharedSourceIsReadForEachTask() {
    try (Seq2Seq model = (Seq2Seq) load("t5");
        Adapted<Seq2Seq> adapted = Adapted.attach(model, HyperCases.of(3, true), 1);
        AutoGradMode off = Ops.noGrad()) {
      move(adapted);
      int[] source = ROWS.get(0);
      Sequences targets = model.decoderInput(List.of(source, source, source));
      Sequences read = batch(List.of(source, source, source));
      for (int[] tasks : new int[][] {{1, 2, 1}, {2, 2, 2}}) {
        model.tasks().set(tasks);
        Tensor alone = model.hidden(read, targets);
        Tensor shared = model.hidden(batch(List.of(source)), new int[] {0, 0, 0}, targets);
        assertThat(alone.allclose(shared, 1e-4, 1e-5, false)).isTrue();
      }
    }
  }

  @Test
  void onlyTheTasksOfABatchLearn() {
    try (Model model = load("llama");
        Adapted<Model> adapted = Adapted.attach(model, HyperCases.of(3, true), 1)) {
      move(adapted);
      loss(model, ROWS, 2, 0, 2, 0).backward();
      Parameter embeddings = adapted.trainable().get(0);
      assertThat(embeddings.name()).isEqualTo("hyper_adapter.task_embeddings");
      Tensor learnt = embeddings.value().grad().abs().amax(new long[] {1}, false);
      float[] most = Ops.toFloats(learnt);
      assertThat(most[0]).isPositive();
      assertThat(most[1]).isZero();
      assertThat(most[2]).isPositive();
      List<float[]> together = PeftContractTest.taken(adapted);
      loss(model, List.of(ROWS.get(0), ROWS.get(2)), 2).backward();
      loss(model, List.of(ROWS.get(1), ROWS.get(3)), 0).backward();
      List<float[]> apart = PeftContractTest.taken(adapted);
      for (int i = 0; i < together.size(); i++) {
        assertThat(together.get(i)).hasSameSizeAs(apart.get(i));
        for (int j = 0; j < together.get(i).length; j++) {
          float a = together.get(i)[j];
          assertThat(apart.get(i)[j])
              .isCloseTo(a, org.assertj.core.api.Assertions.within(1e-4f + 1e-3f * Math.abs(a)));
        }
      }
    }
  }

  private static Tensor loss(Model model, List<int[]> rows, int... tasks) {
    Tensor logits = logits(model, rows, tasks);
    long[] ids = rows.stream().flatMapToInt(Arrays::stream).asLongStream().toArray();
    return new CrossEntropy().of(logits, Ops.longs(ids, Compute.CPU), 1).total();
  }

  /** Each row goes on with its task, however rows move and whoever begins meanwhile. */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "t5"})
  void rowsKeepTheirTasksWhileTheyAreWritten(String family) {
    try (Model model = load(family);
        Adapted<Model> adapted = Adapted.attach(model, HyperCases.of(3, true), 1);
        AutoGradMode off = Ops.noGrad()) {
      move(adapted);
      Generative writer = Generative.of(model);
      try (Decoding first = writer.open(4, 8, 8);
          Decoding second = writer.open(4, 8, 8)) {
        model.tasks().set(0, 1);
        first.start(List.of(ROWS.get(0), ROWS.get(1)));
        model.tasks().set(2);
        second.start(List.of(ROWS.get(2)));
        first.admit(second, new int[] {0}); // tasks 0, 1, 2
        first.keep(new int[] {2, 0, 2}); // tasks 2, 0, 2
        Tensor said = first.next(new int[] {9, 10, 11});
        assertThat(model.tasks().of(1)).containsExactly(2); // what was said stays said
        Golden.sameLogits(said.narrow(0, 0, 1), next(model, 2, ROWS.get(2), 9));
        Golden.sameLogits(said.narrow(0, 1, 1), next(model, 0, ROWS.get(0), 10));
        Golden.sameLogits(said.narrow(0, 2, 1), next(model, 2, ROWS.get(2), 11));
      }
    }
  }

  private static Tensor next(Model model, int task, int[] prompt, int token) {
    model.tasks().set(task);
    if (model instanceof Seq2Seq writer) {
      int[] input = {writer.start(), token};
      Tensor all = writer.logits(writer.hidden(batch(List.of(prompt)), batch(List.of(input))));
      return all.narrow(0, 1, 1);
    }
    int[] all = Arrays.copyOf(prompt, prompt.length + 1);
    all[prompt.length] = token;
    return logits(model, List.of(all), task).narrow(0, prompt.length, 1);
  }

  @Test
  void writesAsItReads() {
    try (Model model = load("llama");
        Adapted<Model> adapted = Adapted.attach(model, HyperCases.of(2, true), 1)) {
      move(adapted);
      model.tasks().set(1);
      Generator generator =
          new Generator(
              Generative.of(model),
              ids -> "",
              Sampling.GREEDY,
              new Generator.Limits(6, Set.of(), List.of()),
              Budget.rows(2));
      List<Completion> written = generator.generate(ROWS, 1);
      try (AutoGradMode off = Ops.noGrad()) {
        for (int b = 0; b < ROWS.size(); b++) {
          int[] prompt = ROWS.get(b);
          int[] all = Arrays.copyOf(prompt, prompt.length + 6);
          System.arraycopy(written.get(b).ids(), 0, all, prompt.length, 6);
          Tensor scores = logits(model, List.of(all), 1);
          long[] said = Ops.toLongs(scores.argmax(new org.bytedeco.pytorch.LongOptional(1), false));
          for (int t = prompt.length; t < all.length; t++) {
            assertThat(said[t - 1]).isEqualTo(all[t]);
          }
        }
      }
    }
  }

  @Test
  void whatCannotBeIsRefused() throws IOException {
    assertThatThrownBy(() -> HyperCases.of(0, true))
        .isInstanceOf(UserError.class)
        .hasMessage("hyper_adapter.tasks must be >= 1, was 0");
    try (Model model = load("llama");
        Adapted<Model> adapted = Adapted.attach(model, HyperCases.of(2, true), 1)) {
      assertThatThrownBy(() -> logits(model, ROWS, 0, 2, 0, 0))
          .isInstanceOf(UserError.class)
          .hasMessage(
              "a sequence belongs to task 2, but hyper_adapter.tasks is 2; tasks count from 0");
      AdapterFiles.save(adapted, dir, "llama");
    }
    Path other = Files.createDirectory(dir.resolve("other"));
    Files.copy(
        dir.resolve("adapter_model.safetensors"), other.resolve("adapter_model.safetensors"));
    String config = Files.readString(dir.resolve("adapter_config.json"));
    Files.writeString(
        other.resolve("adapter_config.json"),
        config.replace("\"reduction_factor\" : 8", "\"reduction_factor\" : 1e-9"));
    try (Model model = load("llama")) {
      assertThatThrownBy(() -> AdapterFiles.load(model, other))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith(
              other
                  + " is an adapter for another model: its file has no hyper_adapter.model.down_bias.bias of ");
    }
    try (CausalLm model = (CausalLm) load("llama");
        AdapterSet<CausalLm> set = new AdapterSet<>(model)) {
      set.add("a", dir);
      Sequences batch = batch(ROWS);
      for (String second : List.of("", "a")) {
        assertThatThrownBy(() -> set.use(List.of("a", second, "a", "a"), batch))
            .isInstanceOf(UserError.class)
            .hasMessage(
                "adapter a tells tasks apart, which single rows of a batch cannot have; use it alone");
      }
      set.use(Map.of("a", 1.0));
      model.tasks().set(1);
      assertThat(model.hidden(batch).size(0)).isEqualTo(18);
    }
  }
}

package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.io.Safetensors;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Joint;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Stack;
import dev.luthier.tensor.Checkpointing;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Keeping;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import dev.luthier.train.AdamW;
import dev.luthier.train.Optim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Blocks that are run again in the backward pass change nothing, with dropout at work: to the bit,
 * for a weight that one block uses in one batch; where several blocks, or several batches, add to
 * one gradient they may do so in another order.
 */
class CheckpointingTest {
  private static final Checkpointing NONE = new Checkpointing.None();
  private static final Checkpointing BLOCKS = new Checkpointing.Blocks();
  private static final Lora DROPPING =
      new Lora(4, 8, 0.3, new Targets.AllLinear(), Map.of(), Map.of(), List.of(), false, List.of());
  private static final Checkpointing EVERY_OTHER = new Checkpointing.Every(2);

  static Stream<PeftCase> cases() {
    return PeftCase.all();
  }

  static Stream<String> families() throws IOException {
    try (Stream<Path> all = Files.list(Golden.SHIPPED)) {
      return all
          .filter(p -> Files.exists(p.resolve("io.grads.json")))
          .map(p -> p.getFileName().toString())
          .sorted()
          .toList()
          .stream();
    }
  }

  private static Golden.Batch batch(String family) {
    try (Safetensors io =
        Safetensors.open(Golden.SHIPPED.resolve(family).resolve("io.safetensors"))) {
      return Golden.Batch.of(io);
    }
  }

  private static void move(Adapted<?> adapted) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      torch.manual_seed(3);
      for (Parameter p : adapted.trainable()) {
        p.value().add_(torch.randn_like(p.value()), new Scalar(0.05));
      }
    }
  }

  /** The loss, the gradients of so many batches, and a number drawn afterwards. */
  private record Done(float loss, List<float[]> gradients, float next) {}

  private static Done done(
      Golden.Batch batch, Adapted<?> adapted, Checkpointing which, int batches) {
    return done(batch, adapted, which, Keeping.IN_PLACE, batches);
  }

  private static Done done(
      Golden.Batch batch, Adapted<?> adapted, Checkpointing which, Keeping keeping, int batches) {
    Model model = adapted.model();
    model.keep(which, keeping);
    adapted.training(true);
    float loss = 0;
    float next = 0;
    for (int i = 0; i < batches; i++) {
      try (Scope scope = new Scope()) {
        torch.manual_seed(11 + i);
        Tensor total = batch.loss(model).total();
        next = torch.rand(1).item_float(); // the generator stands where it stood
        total.backward();
        next += torch.rand(1).item_float();
        loss += total.item_float();
      }
    }
    adapted.training(false);
    return new Done(loss, PeftContractTest.taken(adapted), next);
  }

  private static Optim flat(Adapted<?> adapted) {
    return new Optim(
        List.of(new Optim.Group(adapted.trainable(), 0, 0)),
        AdamW.of(0.9, 0.999, 1e-8),
        Compute.CPU);
  }

  private static void same(Adapted<?> adapted, Done ours, Done plain, List<String> rounded) {
    assertThat(ours.loss()).isEqualTo(plain.loss());
    assertThat(ours.next()).isEqualTo(plain.next());
    for (int i = 0; i < plain.gradients().size(); i++) {
      String name = adapted.trainable().get(i).name();
      float[] a = ours.gradients().get(i);
      float[] b = plain.gradients().get(i);
      double largest = 0;
      double off = 0;
      for (int j = 0; j < b.length; j++) {
        largest = Math.max(largest, Math.abs(b[j]));
        off = Math.max(off, Math.abs(a[j] - b[j]));
      }
      assertThat(off).as(name).isLessThanOrEqualTo(1e-6 * largest);
      if (off > 0) {
        rounded.add(name);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyMethodHasTheSameGradients(PeftCase c) {
    try (Scope scope = new Scope();
        Model model = c.model();
        Adapted<Model> adapted = Adapted.attach(model, c.peft(), 1);
        Optim optim = flat(adapted)) {
      move(adapted);
      Golden.Batch batch = batch(c.family());
      Done plain = done(batch, adapted, NONE, 1);
      List<String> rounded = new ArrayList<>();
      same(adapted, done(batch, adapted, BLOCKS, 1), plain, rounded);
      same(adapted, done(batch, adapted, EVERY_OTHER, 1), plain, rounded);
      if (!sharesWeightsBetweenBlocks(c.peft())) {
        assertThat(rounded).isEmpty();
      }
    }
  }

  private static boolean sharesWeightsBetweenBlocks(Peft peft) {
    return peft instanceof Compacter || peft instanceof HyperAdapter;
  }

  @ParameterizedTest
  @MethodSource("families")
  void everyWeightOfEveryFamilyHasTheSameGradient(String family) {
    try (Scope scope = new Scope();
        Model model = Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
        Adapted<Model> adapted = Adapted.attach(model, new Full(), 1);
        Optim optim = flat(adapted)) {
      Golden.Batch batch = batch(family);
      List<String> rounded = new ArrayList<>();
      Done plain = done(batch, adapted, NONE, 1);
      same(adapted, done(batch, adapted, BLOCKS, 1), plain, rounded);
      same(adapted, done(batch, adapted, EVERY_OTHER, 1), plain, rounded);
      assertThat(rounded).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void andSoHasASumOfBatches(String family) {
    try (Scope scope = new Scope();
        Model model = Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
        Adapted<Model> adapted = Adapted.attach(model, DROPPING, 1);
        Optim optim = flat(adapted)) {
      move(adapted);
      Golden.Batch batch = batch(family);
      List<String> rounded = new ArrayList<>();
      Done plain = done(batch, adapted, NONE, 3);
      same(adapted, done(batch, adapted, BLOCKS, 3), plain, rounded);
      assertThat(rounded).isEmpty();
      adapted.training(false);
      try (AutoGradMode off = Ops.noGrad()) { // the dropout was at work
        float still = 3 * batch.loss(model).total().item_float();
        assertThat(Math.abs(plain.loss() - still)).isGreaterThan(1e-4f);
      }
    }
  }

  /** Inputs that wait elsewhere, their own memory given back, are the same when they return. */
  @ParameterizedTest
  @MethodSource("families")
  void inputsMayWaitElsewhere(String family) {
    int[] waiting = {0};
    Keeping elsewhere =
        new Keeping() {
          @Override
          public Supplier<Tensor> keep(Tensor x) {
            Tensor copy = x.detach().clone();
            waiting[0]++;
            return () -> {
              waiting[0]--;
              return copy;
            };
          }

          @Override
          public boolean elsewhere() {
            return true;
          }
        };
    try (Scope scope = new Scope();
        Model model = Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
        Adapted<Model> adapted = Adapted.attach(model, DROPPING, 1);
        Optim optim = flat(adapted)) {
      move(adapted);
      Golden.Batch batch = batch(family);
      Done plain = done(batch, adapted, NONE, 2);
      for (Checkpointing which : List.of(BLOCKS, EVERY_OTHER)) {
        Done ours = done(batch, adapted, which, elsewhere, 2);
        List<String> rounded = new ArrayList<>();
        same(adapted, ours, plain, rounded);
        assertThat(rounded).isEmpty();
        assertThat(waiting[0]).isZero();
      }
    }
  }

  /** Two calls before one backward pass, of other lengths: each block is run again in its own. */
  @Test
  void callsMayInterleave() {
    Peft tasks =
        cases()
            .map(PeftCase::peft)
            .filter(p -> p instanceof HyperAdapter)
            .findFirst()
            .orElseThrow();
    try (Scope scope = new Scope();
        Model model = Models.load(Golden.SHIPPED.resolve("llama").resolve("model"), Compute.CPU);
        Adapted<Model> adapted = Adapted.attach(model, tasks, 1);
        Optim optim = flat(adapted)) {
      move(adapted);
      CausalLm lm = (CausalLm) model;
      List<float[]> found = new ArrayList<>();
      for (Checkpointing which : List.of(NONE, BLOCKS)) {
        model.keep(which, Keeping.IN_PLACE);
        Tensor two =
            lm.hidden(Sequences.of(List.of(new int[] {5, 6, 7}, new int[] {8}), Compute.CPU));
        Tensor one = lm.hidden(Sequences.of(List.of(new int[] {9, 10}), Compute.CPU));
        two.square().sum().add(one.square().sum()).backward();
        Tensor[] all =
            adapted.trainable().stream()
                .map(p -> p.value().grad().reshape(-1).clone())
                .toArray(Tensor[]::new);
        found.add(Ops.toFloats(Ops.cat(0, all)));
        optim.zeroGradients();
      }
      float largest = 0;
      for (float g : found.get(0)) {
        largest = Math.max(largest, Math.abs(g));
      }
      assertThat(found.get(1)).containsExactly(found.get(0), within(1e-6f * largest));
    }
  }

  /** How often each block is computed in a step, and without a gradient. */
  @Test
  void theBlocksThatAreMeantAreRunAgain() {
    try (Scope scope = new Scope();
        Model model = Models.load(Golden.SHIPPED.resolve("llama").resolve("model"), Compute.CPU);
        Adapted<Model> adapted = Adapted.attach(model, Lora.of(2, 4), 1)) {
      List<Stack.Layer> layers = model.frame().stacks().get(0).layers();
      int[] runs = new int[layers.size()];
      for (int i = 0; i < runs.length; i++) {
        int at = i;
        Joint joint = layers.get(i).afterMlp().current();
        layers
            .get(i)
            .afterMlp()
            .replace(
                (x, read, y, norm) -> {
                  runs[at]++;
                  return joint.of(x, read, y, norm);
                });
      }
      Golden.Batch batch = batch("llama");
      for (Checkpointing which : List.of(NONE, BLOCKS, EVERY_OTHER)) {
        Arrays.fill(runs, 0);
        model.keep(which, Keeping.IN_PLACE);
        batch.loss(model).total().backward();
        for (int i = 0; i < runs.length; i++) {
          assertThat(runs[i]).as("%s, block %d", which, i).isEqualTo(which.reruns(i) ? 2 : 1);
        }
        try (AutoGradMode off = Ops.noGrad()) {
          batch.loss(model);
          assertThat(runs[0]).isEqualTo(which.reruns(0) ? 3 : 2);
        }
      }
    }
  }
}

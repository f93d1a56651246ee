package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.Golden;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Checkpointing;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Keeping;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.train.Optim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
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
  private static final Checkpointing EVERY_OTHER = new Checkpointing.Every(2);

  static Stream<PeftCase> cases() {
    return PeftCase.all();
  }

  static Stream<String> families() throws IOException {
    try (Stream<Path> all = Files.list(Golden.SHIPPED)) {
      return all.filter(p -> Files.exists(p.resolve("io.grads.json")))
          .map(p -> p.getFileName().toString())
          .sorted()
          .toList()
          .stream();
    }
  }

  private static Golden.Batch batch(String family) {
    try (Safetensors io = Safetensors.open(Golden.SHIPPED.resolve(family).resolve("io.safetensors"))) {
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
    Model model = adapted.model();
    model.keep(which, Keeping.IN_PLACE);
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
        List.of(new Optim.Group(adapted.trainable(), 0, 0)), 0.9, 0.999, 1e-8, Compute.CPU);
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
      assertThat(rounded).isEmpty();
    }
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
        Adapted<Model> adapted = Adapted.attach(model, Lora.of(4, 8), 1);
        Optim optim = flat(adapted)) {
      move(adapted);
      Golden.Batch batch = batch(family);
      Done plain = done(batch, adapted, NONE, 3);
      same(adapted, done(batch, adapted, BLOCKS, 3), plain, new ArrayList<>());
    }
  }
}

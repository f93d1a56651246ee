package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.Golden;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Classifier;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** Every adapter of the golden directory against PEFT. */
class AdapterGoldenTest {
  private interface Check {
    void run(Path dir, Adapted<?> adapted);
  }

  @TestFactory
  Stream<DynamicTest> logitsAndLoss() {
    return adapters("logits and loss", AdapterGoldenTest::logitsAndLoss);
  }

  @TestFactory
  Stream<DynamicTest> merged() {
    return adapters("merged logits", AdapterGoldenTest::merged);
  }

  @TestFactory
  Stream<DynamicTest> gradients() {
    return trainable("gradients", AdapterGoldenTest::gradients);
  }

  @TestFactory
  Stream<DynamicTest> training() {
    return trainable("training", AdapterGoldenTest::training);
  }

  private static Stream<DynamicTest> trainable(String what, Check check) {
    return Golden.entries()
        .filter(name -> name.contains("/"))
        .map(name -> DynamicTest.dynamicTest(name + ": " + what, onTrainable(name, check)));
  }

  private static Stream<DynamicTest> adapters(String what, Check check) {
    return Golden.entries()
        .filter(name -> name.contains("/"))
        .map(name -> DynamicTest.dynamicTest(name + ": " + what, onAdapter(name, check)));
  }

  private static Executable onAdapter(String name, Check check) {
    return () -> {
      Path family = Golden.DIR.resolve(name).getParent();
      Path dir = family.resolve("adapters").resolve(name.substring(name.indexOf('/') + 1));
      try (Model model = Golden.built(() -> Models.load(family.resolve("model"), Compute.CPU));
          Adapted<?> adapted = Golden.built(() -> AdapterFiles.load(model, dir)).adapted();
          Scope scope = new Scope()) {
        check.run(dir, adapted);
      }
    };
  }

  /** The same before its encoder was dropped, where PEFT's file holds only what that gave. */
  private static Executable onTrainable(String name, Check check) {
    return () -> {
      Path family = Golden.DIR.resolve(name).getParent();
      Path dir = family.resolve("adapters").resolve(name.substring(name.indexOf('/') + 1));
      Path start = dir.resolve("trainable_start.safetensors");
      if (!Files.exists(start)) {
        onAdapter(name, check).execute();
        return;
      }
      Peft peft = Golden.built(() -> AdapterConfig.read(dir)).peft();
      try (Model model = Golden.built(() -> Models.load(family.resolve("model"), Compute.CPU));
          Adapted<?> adapted =
              Adapted.attach(model, peft, List.of(), Beginning.of(0, text -> new int[] {0}));
          Scope scope = new Scope();
          Safetensors saved = Safetensors.open(start)) {
        try (AutoGradMode off = Ops.noGrad()) {
          for (String theirs : saved.infos().keySet()) {
            Parameter p = byPeftName(adapted, theirs);
            assertThat(Ops.shape(p.value())).isEqualTo(saved.infos().get(theirs).shape());
            p.value().copy_(saved.tensor(theirs));
          }
        }
        check.run(dir, adapted);
      }
    };
  }

  private static void logitsAndLoss(Path dir, Adapted<?> adapted) {
    try (Safetensors io = Safetensors.open(dir.resolve("io.safetensors"));
        AutoGradMode off = Ops.noGrad()) {
      Golden.Batch batch = Golden.Batch.of(io);
      Model model = adapted.model();
      Tensor rows = comparable(adapted, io);
      Golden.sameLogits(
          batch.logits(model).index_select(0, rows),
          batch.expected(model, io.tensor("logits")).index_select(0, rows));
      if (io.infos().containsKey("loss")) {
        Golden.sameLoss(loss(batch, adapted).item_double(), io.tensor("loss").item_double());
      }
    }
  }

  /** With what the method adds. */
  private static Tensor loss(Golden.Batch batch, Adapted<?> adapted) {
    Tensor loss = batch.loss(adapted.model()).total();
    Tensor penalty = adapted.course().penalty();
    return penalty == null ? loss : loss.add(penalty);
  }

  /**
   * The rows of logits to compare: all, but those of a decoder's classifier with a prompt, which in
   * PEFT reads the last place of a row even where that is padding.
   */
  private static Tensor comparable(Adapted<?> adapted, Safetensors io) {
    boolean last =
        adapted.model() instanceof Classifier
            && adapted.model().config().modelType().equals("llama")
            && adapted.changes().stream().anyMatch(c -> c.with() instanceof VirtualTokens);
    Tensor mask = io.tensor("attention_mask");
    return last
        ? mask.select(1, mask.size(1) - 1).nonzero().reshape(-1)
        : torch.arange(
            Ops.whole(Golden.Batch.of(io).expected(adapted.model(), io.tensor("logits")).size(0)),
            Compute.CPU.options(ScalarType.Long));
  }

  private static void merged(Path dir, Adapted<?> adapted) {
    try (Safetensors io = Safetensors.open(dir.resolve("io.safetensors"));
        AutoGradMode off = Ops.noGrad()) {
      // PEFT gives no merged logits where it does not merge; ours must then equal the unmerged.
      String name = io.infos().containsKey("merged_logits") ? "merged_logits" : "logits";
      Golden.Batch batch = Golden.Batch.of(io);
      if (!io.infos().containsKey("merged_logits") && !adapted.merges()) {
        assertThatThrownBy(adapted::merge).hasMessageContaining("cannot be merged");
        return;
      }
      adapted.merge();
      Golden.sameLogits(
          batch.logits(adapted.model()), batch.expected(adapted.model(), io.tensor(name)));
    }
  }

  private static void gradients(Path dir, Adapted<?> adapted) {
    Path file = dir.resolve("io.grads.json");
    Assumptions.assumeTrue(Files.exists(file), file + " is not there");
    try (Safetensors io = Safetensors.open(dir.resolve("io.safetensors"))) {
      loss(Golden.Batch.of(io), adapted).backward();
      var expected = Golden.gradients(file);
      assertThat(adapted.trainable()).hasSameSizeAs(expected.keySet());
      for (var entry : expected.entrySet()) {
        Parameter p = byPeftName(adapted, entry.getKey());
        Golden.sameGradient(p.name(), p.value().grad(), entry.getValue(), Golden.largest(expected));
      }
      adapted
          .model()
          .parameters()
          .forEach(p -> assertThat(p.value().grad().defined()).as(p.name()).isFalse());
    }
  }

  /** In memory PEFT puts the adapter's name, default, into every parameter's name. */
  private static Parameter byPeftName(Adapted<?> adapted, String name) {
    String ours = name.replace(".modules_to_save.default", "").replace(".default", "");
    return adapted.trainable().stream()
        .filter(p -> p.name().equals(ours))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no parameter " + ours));
  }

  private static void training(Path dir, Adapted<?> adapted) {
    Path file = dir.resolve("train.json");
    Assumptions.assumeTrue(Files.exists(file), file + " is not there");
    JsonNode train = Golden.json(file);
    assertThat(adapted.trainableCount()).isEqualTo(train.path("trainable_parameters").asLong());
    try (Safetensors io = Safetensors.open(dir.resolve("io.safetensors"))) {
      Golden.Batch batch = Golden.Batch.of(io);
      Golden.sameCurve(() -> loss(batch, adapted), adapted.trainable(), train);
    }
  }
}

package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.Golden;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
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
    return adapters("gradients", AdapterGoldenTest::gradients);
  }

  @TestFactory
  Stream<DynamicTest> training() {
    return adapters("training", AdapterGoldenTest::training);
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

  private static void logitsAndLoss(Path dir, Adapted<?> adapted) {
    try (Safetensors io = Safetensors.open(dir.resolve("io.safetensors"));
        AutoGradMode off = Ops.noGrad()) {
      Golden.Batch batch = Golden.Batch.of(io);
      Model model = adapted.model();
      Golden.sameLogits(batch.logits(model), batch.expected(model, io.tensor("logits")));
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

  private static void merged(Path dir, Adapted<?> adapted) {
    try (Safetensors io = Safetensors.open(dir.resolve("io.safetensors"));
        AutoGradMode off = Ops.noGrad()) {
      // PEFT gives no merged logits where it does not merge; ours must then equal the unmerged.
      String name = io.infos().containsKey("merged_logits") ? "merged_logits" : "logits";
      Golden.Batch batch = Golden.Batch.of(io);
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

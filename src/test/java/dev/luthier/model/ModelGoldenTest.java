package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.Golden;
import dev.luthier.io.Safetensors;
import dev.luthier.io.WeightFiles;
import dev.luthier.loss.Loss;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** Every family of the golden directory against transformers. */
class ModelGoldenTest {
  private interface Check {
    void run(Path dir, Model model);
  }

  @TestFactory
  Stream<DynamicTest> logitsAndLoss() {
    return families("logits and loss", ModelGoldenTest::logitsAndLoss);
  }

  @TestFactory
  Stream<DynamicTest> gradients() {
    return families("gradients", ModelGoldenTest::gradients);
  }

  @TestFactory
  Stream<DynamicTest> greedy() {
    return families("greedy", ModelGoldenTest::greedy);
  }

  @TestFactory
  Stream<DynamicTest> training() {
    return families("training", ModelGoldenTest::training);
  }

  @TestFactory
  Stream<DynamicTest> saving() {
    return families("saving", ModelGoldenTest::saving);
  }

  private static Stream<DynamicTest> families(String what, Check check) {
    return Golden.entries()
        .filter(name -> !name.contains("/"))
        .map(name -> DynamicTest.dynamicTest(name + ": " + what, onModel(name, check)));
  }

  private static Executable onModel(String name, Check check) {
    return () -> {
      Path dir = Golden.DIR.resolve(name);
      try (Model model = Golden.built(() -> Models.load(dir.resolve("model"), Compute.CPU));
          Scope scope = new Scope()) {
        check.run(dir, model);
      }
    };
  }

  private static void logitsAndLoss(Path dir, Model model) {
    try (Safetensors io = Safetensors.open(dir.resolve("io.safetensors"));
        AutoGradMode off = Ops.noGrad()) {
      Golden.Batch batch = Golden.Batch.of(io);
      Golden.sameLogits(batch.logits(model), batch.expected(model, io.tensor("logits")));
      if (io.infos().containsKey("loss")) {
        Golden.sameLoss(batch.loss(model).total().item_double(), io.tensor("loss").item_double());
      }
    }
  }

  private static void gradients(Path dir, Model model) {
    Path file = dir.resolve("io.grads.json");
    Assumptions.assumeTrue(Files.exists(file), file + " is not there");
    try (Safetensors io = Safetensors.open(dir.resolve("io.safetensors"))) {
      model.parameters().forEach(p -> p.trainable(true));
      Loss loss = Golden.Batch.of(io).loss(model);
      loss.total().backward();
      var expected = Golden.gradients(file);
      // Weights that take no part have no gradient, as an untied BERT's cls.predictions.bias.
      List<Parameter> reached =
          model.parameters().stream().filter(p -> p.value().grad().defined()).toList();
      assertThat(reached.stream().map(Parameter::name))
          .containsExactlyInAnyOrderElementsOf(expected.keySet());
      double largest = Golden.largest(expected);
      reached.forEach(
          p -> Golden.sameGradient(p.name(), p.value().grad(), expected.get(p.name()), largest));
    }
  }

  private static void greedy(Path dir, Model any) {
    Assumptions.assumeTrue(any instanceof CausalLm, "not a decoder");
    CausalLm model = (CausalLm) any;
    JsonNode expected = Golden.json(dir.resolve("greedy.json"));
    int[] prompt = ints(expected.path("prompt").get(0));
    List<Integer> all = new ArrayList<>(java.util.Arrays.stream(prompt).boxed().toList());
    int more = expected.path("max_new_tokens").asInt();
    try (KvCache cache = model.cache(1, prompt.length + more);
        AutoGradMode off = Ops.noGrad()) {
      int[] next = prompt;
      for (int i = 0; i < more; i++) {
        Tensor states = model.hidden(Sequences.of(List.of(next), Compute.CPU), cache);
        Tensor last = model.logits(states.narrow(0, states.size(0) - 1, 1));
        next = new int[] {(int) last.argmax(new LongOptional(1), false).item_long()};
        all.add(next[0]);
      }
    }
    assertThat(all)
        .containsExactly(
            java.util.Arrays.stream(ints(expected.path("greedy").get(0)))
                .boxed()
                .toArray(Integer[]::new));
  }

  private static void training(Path dir, Model model) {
    Path file = dir.resolve("train_full.json");
    Assumptions.assumeTrue(Files.exists(file), file + " is not there");
    try (Safetensors io = Safetensors.open(dir.resolve("io.safetensors"))) {
      Golden.sameCurve(
          model, List.copyOf(model.parameters()), Golden.Batch.of(io), Golden.json(file));
    }
  }

  /** What is saved has transformers' names and the loaded bits, and loads again. */
  private static void saving(Path dir, Model model) {
    Path saved = temporary();
    model.save(saved, ScalarType.Float);
    try (WeightFiles theirs = WeightFiles.open(dir.resolve("model"));
        WeightFiles ours = WeightFiles.open(saved);
        Model again = Models.load(saved, Compute.CPU)) {
      assertThat(ours.infos().keySet())
          .containsExactlyInAnyOrderElementsOf(theirs.infos().keySet());
      theirs
          .infos()
          .keySet()
          .forEach(n -> assertThat(ours.tensor(n).equal(theirs.tensor(n))).as(n).isTrue());
      assertThat(again.parameters().stream().map(Parameter::name).toList())
          .isEqualTo(model.parameters().stream().map(Parameter::name).toList());
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory(Files.createDirectories(Path.of("target", "saved")), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }
}

package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Differences of weights add like numbers. */
class SparseDeltaTest {
  @TempDir Path dir;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static SparseDelta delta(long[] at, float... values) {
    return new SparseDelta(
        "base", "CAUSAL_LM", Map.of("w", new SparseDelta.Part(at, values)), Map.of());
  }

  @Test
  void sumsDifferencesAndConflictsByHand() {
    SparseDelta a = delta(new long[] {1, 4, 6}, 1, 2, 3);
    SparseDelta b = delta(new long[] {0, 4, 6, 9}, 5, -1, 4, 7);
    SparseDelta.Part sum = a.plus(b).parts().get("w");
    assertThat(sum.at()).containsExactly(0, 1, 4, 6, 9);
    assertThat(sum.values()).containsExactly(5, 1, 1, 7, 7);
    assertThat(a.minus(b).parts().get("w").values()).containsExactly(-5, 1, 3, -1, -7);
    assertThat(a.times(-0.5).parts().get("w").values()).containsExactly(-0.5f, -1, -1.5f);
    // Both change 4 and 6; 4 to opposite sides, by 1 at least.
    assertThat(a.conflicts(b, 0)).containsExactly(new SparseDelta.Conflict("w", 2, 1));
    assertThat(a.conflicts(b, 1)).containsExactly(new SparseDelta.Conflict("w", 2, 0));
  }

  @Test
  void differentModelsAndHeadsAreRefused() {
    SparseDelta a = delta(new long[] {1}, 1);
    SparseDelta other = new SparseDelta("other", "", a.parts(), Map.of());
    assertThatThrownBy(() -> a.plus(other))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "one is for base, the other for other; only differences from one model can be added");
    SparseDelta.Head one = new SparseDelta.Head(new long[] {1}, new float[] {1});
    SparseDelta.Head two = new SparseDelta.Head(new long[] {1}, new float[] {2});
    SparseDelta x = new SparseDelta("base", "", Map.of(), Map.of("score.weight", one));
    SparseDelta y = new SparseDelta("base", "", Map.of(), Map.of("score.weight", two));
    assertThatThrownBy(() -> x.plus(y)).hasMessageContaining("both bring score.weight");
    assertThat(x.plus(x).heads()).containsOnlyKeys("score.weight");
  }

  private static Model model(String family) {
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  private static float[] values(String family, Model model) {
    try (AutoGradMode off = Ops.noGrad();
        Safetensors io = Safetensors.open(Golden.SHIPPED.resolve(family + "/io.safetensors"))) {
      return Ops.toFloats(Golden.Batch.of(io).logits(model));
    }
  }

  /** Saves an adapter with random changes; what the model then says. */
  private static float[] trained(String family, Peft peft, long seed, Path into)
      throws IOException {
    Files.createDirectories(into);
    try (Model model = model(family);
        Adapted<Model> adapted = Adapted.attach(model, peft, seed)) {
      try (AutoGradMode off = Ops.noGrad()) {
        torch.manual_seed(seed);
        for (Parameter p : adapted.trainable()) {
          Tensor noise = torch.randn_like(p.value());
          p.value().add_(noise, Ops.scalar(0.1));
        }
      }
      AdapterFiles.save(adapted, into, "base");
      return values(family, model);
    }
  }

  private static Sparse random(long count) {
    return new Sparse(
        Optional.empty(),
        Optional.of(count),
        new Targets.AllLinear(),
        Unit.WEIGHT,
        new Choose.Random(),
        List.of());
  }

  private float[] applied(String family, SparseDelta delta) throws IOException {
    Path out = Files.createTempDirectory(dir, "delta");
    DeltaFiles.write(delta, out);
    try (Model model = model(family);
        Adapted<Model> adapted = AdapterFiles.load(model, out).adapted()) {
      return values(family, adapted.model());
    }
  }

  @Test
  void anAdapterLessItselfIsTheBaseToTheBit() throws IOException {
    float[] moved = trained("llama", random(500), 1, dir.resolve("a"));
    SparseDelta a = DeltaFiles.read(dir.resolve("a"));
    assertThat(a.count()).isEqualTo(500);
    assertThat(applied("llama", a)).containsExactly(moved);
    try (Model base = model("llama")) {
      float[] said = values("llama", base);
      assertThat(moved).isNotEqualTo(said);
      assertThat(applied("llama", a.plus(a.times(-1)))).containsExactly(said);
      assertThat(applied("llama", a.minus(a))).containsExactly(said);
    }
  }

  /** Also of whole weights, with a head that is saved whole. */
  @Test
  void theSumIsWhatBothDo() throws IOException {
    Bitfit bitfit = new Bitfit(Bitfit.Biases.ALL, false, List.of());
    trained("bert_cls", bitfit, 1, dir.resolve("a"));
    trained("bert_cls", random(300), 2, dir.resolve("b"));
    SparseDelta a = DeltaFiles.read(dir.resolve("a"));
    SparseDelta b = DeltaFiles.read(dir.resolve("b"));
    SparseDelta both = a.plus(new SparseDelta(b.base(), b.task(), b.parts(), Map.of()));
    float[] expected;
    try (Model model = model("bert_cls");
        Adapted<Model> first = AdapterFiles.load(model, dir.resolve("a")).adapted()) {
      first.merge();
      Path merged = Files.createDirectory(dir.resolve("merged"));
      model.save(merged, ScalarType.Float);
      DeltaFiles.write(
          new SparseDelta(b.base(), b.task(), b.parts(), a.heads()),
          Files.createDirectory(dir.resolve("b2")));
      try (Model next = Models.load(merged, Compute.CPU);
          Adapted<Model> second = AdapterFiles.load(next, dir.resolve("b2")).adapted()) {
        expected = values("bert_cls", second.model());
      }
    }
    assertThat(applied("bert_cls", both)).containsExactly(expected, within(1e-5f));
  }

  @Test
  void whatLeadsFromOneModelToAnother() throws IOException {
    float[] moved = trained("llama3", random(200), 1, dir.resolve("a"));
    Path merged = Files.createDirectory(dir.resolve("merged"));
    try (Model model = model("llama3");
        Adapted<Model> adapted = AdapterFiles.load(model, dir.resolve("a")).adapted()) {
      adapted.merge();
      model.save(merged, ScalarType.Float);
    }
    try (Model from = model("llama3");
        Model to = Models.load(merged, Compute.CPU);
        Model other = model("llama")) {
      SparseDelta delta = DeltaFiles.between(from, to, "base");
      assertThat(delta.count()).isEqualTo(200);
      assertThat(applied("llama3", delta)).containsExactly(moved, within(1e-5f));
      assertThatThrownBy(() -> DeltaFiles.between(from, other, "base"))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith("the models differ in more than values: ");
    }
  }

  @Test
  void otherMethodsAreRefused() throws IOException {
    trained("llama", Lora.of(2, 4), 1, dir.resolve("lora"));
    assertThatThrownBy(() -> DeltaFiles.read(dir.resolve("lora")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            "is an adapter of lora, which is no difference of the model's own weights");
  }
}

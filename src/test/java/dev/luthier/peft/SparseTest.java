package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Linear;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.train.AdamW;
import dev.luthier.train.Optim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which weights are chosen, and that they and no others change. */
class SparseTest {
  @TempDir Path dir;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Model model(String family) {
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  private static Golden.Batch batch(String family) {
    try (Safetensors io = Safetensors.open(Golden.SHIPPED.resolve(family + "/io.safetensors"))) {
      return Golden.Batch.of(io);
    }
  }

  private static float[] values(String family, Model model) {
    try (AutoGradMode off = Ops.noGrad()) {
      return Ops.toFloats(batch(family).logits(model));
    }
  }

  private static Sparse of(long count, Targets targets, Unit unit, Choose choose) {
    return new Sparse(Optional.empty(), Optional.of(count), targets, unit, choose, List.of());
  }

  private static Choose largest() {
    return new Choose.Magnitude(Choose.Magnitude.Order.LARGEST);
  }

  private static Targets names(String... names) {
    return new Targets.Names(List.of(names));
  }

  private static void refused(Runnable run, String message) {
    assertThatThrownBy(run::run).isInstanceOf(UserError.class).hasMessageContaining(message);
  }

  @Test
  void theHighestOfSeveralTensorsTogether() {
    // Of 1 5 | 3 2 and of 4 the three highest are 5, 4 and 3.
    Tensor a = torch.tensor(1f, 5f, 3f, 2f).view(2, 2);
    Tensor b = torch.tensor(4f);
    List<Tensor> top = Ranking.top(List.of(a, b), 3);
    assertThat(Ops.toLongs(top.get(0))).containsExactly(1, 2);
    assertThat(Ops.toLongs(top.get(1))).containsExactly(0);
  }

  @Test
  void unitsBySumsOfTheirScores() {
    // Rows of 1 1 1 | 0 5 0 sum to 3 and 5; with the biases 4 and 0 to 7 and 5. Columns: 1, 6, 1.
    Tensor w = torch.tensor(1f, 1f, 1f, 0f, 5f, 0f).view(2, 3);
    Tensor b = torch.tensor(4f, 0f);
    Cuts.Cut rows = new Cuts.Cut(0, new int[] {0, 1});
    List<Tensor> top = Ranking.top(List.of(w, b), new Cuts(List.of(rows, rows), 2), 4, Compute.CPU);
    assertThat(Ops.toLongs(top.get(0))).containsExactly(0, 1, 2);
    assertThat(Ops.toLongs(top.get(1))).containsExactly(0);
    Cuts.Cut columns = new Cuts.Cut(1, new int[] {0, 1, -1});
    List<Tensor> one = Ranking.top(List.of(w), new Cuts(List.of(columns), 2), 3, Compute.CPU);
    assertThat(Ops.toLongs(one.get(0))).containsExactly(1, 4); // of 3 only one column of 2 fits
    assertThat(
            Ops.toLongs(Ranking.top(List.of(w), new Cuts(List.of(rows), 2), 2, Compute.CPU).get(0)))
        .isEmpty(); // a row has 3
  }

  /** Every map of attention falls into as many heads as the model has, in each family. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert_cls",
        "roberta_cls",
        "gemma2",
        "gpt2",
        "gpt_neox",
        "llama",
        "mistral",
        "olmo2",
        "opt",
        "phi3",
        "qwen2",
        "qwen3",
        "smollm3",
        "t5",
        "llama_mqa_bias"
      })
  void headsOfEveryFamily(String family) {
    try (Model model = model(family)) {
      Map<String, Set<String>> units = new HashMap<>();
      Map<String, Long> sizes = new HashMap<>();
      for (Slot slot : model.slots()) {
        Heads heads = Heads.of(model, slot);
        if (slot.base() instanceof Linear map && heads.kind() != Heads.Kind.NONE) {
          boolean out = heads.kind() != Heads.Kind.OUTPUT;
          for (int i = 0; i < (out ? map.out() : map.in()); i++) {
            String name = heads.name(i, 2);
            units.computeIfAbsent(heads.module(), m -> new HashSet<>()).add(name);
            sizes.merge(name, out ? map.in() : map.out(), Long::sum);
          }
        }
      }
      int a = model.config().heads();
      int g = model.config().kvHeads();
      assertThat(units.keySet())
          .hasSize(family.equals("t5") ? 3 * model.config().layers() : model.config().layers());
      assertThat(units.values()).allMatch(u -> u.size() == (a == g ? a : a + g));
      // q and o (and k and v, where they are its own) are D lines of the model's width each.
      long d = model.config().headDim();
      long width = model.config().hiddenSize();
      assertThat(sizes)
          .allSatisfy(
              (name, size) ->
                  assertThat(size)
                      .as(name)
                      .isEqualTo(
                          name.contains("shared") || a != g ? 2 * d * width : 4 * d * width));
    }
  }

  @Test
  void theLargestWeightsAreChosenAndNoOthersChange() {
    try (Model model = model("llama");
        Adapted<Model> adapted =
            Adapted.attach(
                model, of(100, names("q_proj", "down_proj"), Unit.WEIGHT, largest()), 1)) {
      assertThat(adapted.trainableCount()).isEqualTo(100);
      float smallest = Float.MAX_VALUE;
      float largestLeft = 0;
      for (Delta delta : Deltas.of(adapted)) {
        float[] w = Ops.toFloats(delta.weight().value().abs());
        Set<Long> at = new HashSet<>();
        for (long i : Ops.toLongs(((Delta.Somewhere) delta).indices().value())) {
          at.add(i);
        }
        for (int i = 0; i < w.length; i++) {
          if (at.contains((long) i)) {
            smallest = Math.min(smallest, w[i]);
          } else {
            largestLeft = Math.max(largestLeft, w[i]);
          }
        }
        assertThat(delta.weight().name()).matches(".*(q_proj|down_proj)\\.weight");
      }
      assertThat(smallest).isGreaterThanOrEqualTo(largestLeft);
    }
  }

  /** The optimiser holds k values and k of each moment. */
  @Test
  void theOptimiserHasTheSizeOfTheChoice() {
    try (Model model = model("llama");
        Adapted<Model> adapted =
            Adapted.attach(model, of(77, new Targets.AllLinear(), Unit.WEIGHT, largest()), 1);
        Optim optim =
            new Optim(
                List.of(new Optim.Group(adapted.trainable(), 0.1, 0)),
                AdamW.of(0.9, 0.99, 1e-8),
                Compute.CPU)) {
      assertThat(optim.state().get("mean").numel()).isEqualTo(77);
      Map<String, float[]> before = new HashMap<>();
      model.parameters().forEach(p -> before.put(p.name(), Ops.toFloats(p.value())));
      batch("llama").loss(model).total().backward();
      optim.step(1);
      long changed = 0;
      for (Delta delta : Deltas.of(adapted)) {
        float[] now = Ops.toFloats(delta.sum());
        float[] then = before.get(delta.weight().name());
        for (int i = 0; i < now.length; i++) {
          changed += now[i] == then[i] ? 0 : 1;
        }
      }
      assertThat(changed).isEqualTo(77);
      assertThat(model.parameters())
          .allSatisfy(
              p -> assertThat(Ops.toFloats(p.value())).containsExactly(before.get(p.name())));
    }
  }

  /** With all of them, a step down the gradient is the step of full fine-tuning. */
  @Test
  void aShareOfOneIsFullFineTuningOfTheTargets() {
    float[] sparse;
    float[] full;
    Sparse all =
        new Sparse(
            Optional.of(1.0),
            Optional.empty(),
            new Targets.AllLinear(),
            Unit.WEIGHT,
            largest(),
            List.of());
    try (Model model = model("llama");
        Adapted<Model> adapted = Adapted.attach(model, all, 1)) {
      descend(model, adapted.trainable());
      sparse = values("llama", model);
    }
    try (Model model = model("llama");
        Adapted<Model> adapted = Adapted.attach(model, new Full(), 1)) {
      descend(model, adapted.trainable().stream().filter(p -> p.name().contains("_proj")).toList());
      full = values("llama", model);
    }
    assertThat(sparse).containsExactly(full, within(1e-5f));
  }

  private static void descend(Model model, List<Parameter> weights) {
    batch("llama").loss(model).total().backward();
    try (AutoGradMode off = Ops.noGrad()) {
      weights.forEach(p -> p.value().sub_(p.value().grad(), Ops.scalar(0.5)));
    }
  }

  @Test
  void aTiedTableHasOneChangeAndStaysTied() {
    try (CausalLm model = (CausalLm) model("llama3");
        Adapted<CausalLm> adapted =
            Adapted.attach(model, of(9, names("embed_tokens"), Unit.WEIGHT, largest()), 1)) {
      assertThat(adapted.trainableCount()).isEqualTo(9);
      assertThat(adapted.places().keySet()).extracting(Slot::path).contains("lm_head");
      try (AutoGradMode off = Ops.noGrad()) {
        adapted.trainable().get(0).value().fill_(Ops.scalar(0.3));
      }
      adapted.merge();
      assertThat(model.tied()).isTrue();
      float[] merged = values("llama3", model);
      model.save(dir, ScalarType.Float);
      try (Model saved = Models.load(dir, Compute.CPU)) {
        assertThat(values("llama3", saved)).containsExactly(merged);
      }
      adapted.unmerge();
      assertThat(values("llama3", model)).containsExactly(merged);
    }
  }

  @Test
  void movementKeepsWhatMovesAwayAndShrinksAsACube() {
    // 10 % of the run all learn; in the last 30 % the share stays. Half of the 60 % between:
    // 0.04 + 0.96 x 0.5^3 = 0.16.
    assertThat(Moving.share(0.1, 0.04)).isEqualTo(1);
    assertThat(Moving.share(0.4, 0.04)).isCloseTo(0.16, within(1e-9));
    assertThat(Moving.share(0.7, 0.04)).isCloseTo(0.04, within(1e-9));
    assertThat(Moving.share(1, 0.04)).isEqualTo(0.04);
    try (Model model = model("llama");
        Adapted<Model> adapted =
            Adapted.attach(model, of(2, names("k_proj"), Unit.WEIGHT, new Choose.Movement()), 1)) {
      adapted.training(true);
      Parameter first = adapted.trainable().get(0);
      Tensor gradient = torch.zeros_like(first.value());
      try (AutoGradMode off = Ops.noGrad()) {
        // places 3, 5, 7 have changes 1, -2, 1 and gradients -1, 1, 1: scores 1, 2, -1
        put(first.value(), 1, -2, 1);
        put(gradient, -1, 1, 1);
      }
      for (Parameter p : adapted.trainable()) {
        p.value().mutable_grad().put(p == first ? gradient : torch.zeros_like(p.value()));
      }
      adapted.course().beforeStep(9, 10);
      adapted.course().afterStep(9, 10);
      adapted.course().beforeStep(10, 10); // the mask takes away the other's gradient
      assertThat(Ops.toFloats(gradient.view(-1).narrow(0, 0, 8)))
          .containsExactly(0, 0, 0, -1, 0, 1, 0, 0);
      adapted.training(false);
      assertThat(Ops.toFloats(difference(adapted, first.name()).narrow(0, 0, 8)))
          .containsExactly(new float[] {0, 0, 0, 1, 0, -2, 0, 0}, within(1e-6f));
      assertThat(adapted.saved())
          .filteredOn(e -> e.name().equals(first.name()))
          .allSatisfy(e -> assertThat(Ops.toFloats(e.value().get())).containsExactly(1, -2));
    }
  }

  private static void put(Tensor t, double... values) {
    for (int i = 0; i < values.length; i++) {
      t.view(-1).narrow(0, 3 + 2 * i, 1).fill_(Ops.scalar(values[i]));
    }
  }

  /** What a weight has more than the loaded one, flat. */
  private static Tensor difference(Adapted<?> adapted, String values) {
    Delta delta =
        Deltas.of(adapted).stream()
            .filter(d -> values.equals(d.weight().name() + Delta.VALUES))
            .findFirst()
            .orElseThrow();
    return delta.sum().sub(delta.weight().value()).detach().view(-1);
  }

  @Test
  void wrongAmountsAndTargetsAreRefused() {
    refused(
        () ->
            new Sparse(
                Optional.of(0.5),
                Optional.of(3L),
                new Targets.AllLinear(),
                Unit.WEIGHT,
                largest(),
                List.of()),
        "sparse has both share and count; say one");
    refused(
        () -> new LtSft(Optional.of(1.5), Optional.empty(), new Targets.AllLinear(), 1, List.of()),
        "lt_sft.share must be from 0 to 1, was 1.5");
    try (Model model = model("llama")) {
      refused(
          () -> Adapted.attach(model, of(9, names("query"), Unit.WEIGHT, largest()), 1),
          "sparse.targets [query] match no module; modules are [q_proj, k_proj");
      refused(
          () -> Adapted.attach(model, of(5000, names("k_proj"), Unit.WEIGHT, largest()), 1),
          "sparse.count must be <= 4096, which is all that its targets have, was 5000");
      refused(
          () -> Adapted.attach(model, of(9, names("k_proj"), Unit.NEURON, largest()), 1),
          "9 weights are less than one neuron of its targets");
      assertThatThrownBy(
              () ->
                  Adapted.attach(
                      model, of(9, names("k_proj"), Unit.WEIGHT, new Choose.Fisher(1)), 1))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aBrokenFileOfPlacesIsRefused() throws IOException {
    try (Model model = model("llama");
        Adapted<Model> adapted =
            Adapted.attach(model, of(3, names("k_proj"), Unit.WEIGHT, largest()), 1)) {
      AdapterFiles.save(adapted, dir, "base");
    }
    String stem = "model.layers.0.self_attn.k_proj.weight";
    String rule = stem + ".indices must be ascending whole numbers from 0 to 2047";
    for (long[] at :
        List.of(new long[] {-1}, new long[] {2048}, new long[] {5, 5}, new long[] {7, 3})) {
      write(Map.of(stem + ".indices", torch.tensor(at), stem + ".values", torch.zeros(at.length)));
      refusedToLoad(rule);
    }
    write(Map.of(stem + ".indices", torch.tensor(0.5), stem + ".values", torch.zeros(1)));
    refusedToLoad(rule);
    write(Map.of(stem + ".indices", torch.tensor(1L, 2L), stem + ".values", torch.zeros(3)));
    refusedToLoad("has shape [3], this model needs [2]");
    write(Map.of("x.indices", torch.tensor(1L, 2L), "x.values", torch.zeros(2)));
    refusedToLoad("none of its tensors names places in this model's weights");
  }

  private void write(Map<String, Tensor> tensors) {
    SafetensorsWriter.write(dir.resolve("adapter_model.safetensors"), tensors, Map.of());
  }

  private void refusedToLoad(String message) {
    try (Model model = model("llama")) {
      refused(() -> AdapterFiles.load(model, dir), message);
    }
  }

  /** A choice that another adapter made. */
  @Test
  void thePlacesOfASavedAdapter() throws IOException {
    Path first = Files.createDirectory(dir.resolve("first"));
    float[] at;
    try (Model model = model("llama");
        Adapted<Model> adapted =
            Adapted.attach(
                model, of(40, new Targets.AllLinear(), Unit.WEIGHT, new Choose.Random()), 5)) {
      AdapterFiles.save(adapted, first, "base");
      at = Ops.toFloats(((Delta.Somewhere) Deltas.of(adapted).get(0)).indices().value());
    }
    try (Model model = model("llama");
        Adapted<Model> adapted =
            Adapted.attach(
                model, of(40, new Targets.AllLinear(), Unit.WEIGHT, new Choose.Given(first)), 1)) {
      assertThat(adapted.trainableCount()).isEqualTo(40);
      assertThat(Ops.toFloats(((Delta.Somewhere) Deltas.of(adapted).get(0)).indices().value()))
          .containsExactly(at);
    }
  }
}

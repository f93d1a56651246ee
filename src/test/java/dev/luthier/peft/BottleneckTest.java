package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.model.Models;
import dev.luthier.model.Projection;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Dropout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BottleneckTest {
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Tensor row(float... values) {
    return Ops.floats(values, Compute.CPU).reshape(1, values.length);
  }

  private static Tensor matrix(int columns, float... values) {
    return Ops.floats(values, Compute.CPU).reshape(values.length / columns, columns);
  }

  /** A(x) = 2 x. */
  private static BottleneckMap doubling(Placement placement) {
    Inset inset =
        new Inset(
            "a",
            placement,
            new Width.Units(2),
            Nonlinearity.LINEAR,
            new Scaling.Fixed(2),
            new Maps.Plain(MapStart.BERT),
            0,
            new LeaveOut.None(),
            new Invertible.None());
    return new BottleneckMap(inset, x -> x, x -> x, List.of(), 0, Drop.NEVER, new Dropout());
  }

  private static float[] joined(Placement... placements) {
    Projection ten = sum -> sum.mul(Ops.scalar(10)); // in the norm's place
    List<BottleneckMap> maps = List.of(placements).stream().map(BottleneckTest::doubling).toList();
    Tensor x = row(1, 2);
    return Ops.toFloats(new BottleneckMap.Stacked(maps).of(x, x, row(3, -1), ten));
  }

  @Test
  void placementsByHand() {
    // y + 2 y = (9, -3); with x (10, -1)
    assertThat(joined(new Placement.Houlsby())).containsExactly(100, -10);
    // norm(x + y) = (40, 10); y + 2 of it = (83, 19); with x (84, 21)
    assertThat(joined(new Placement.Pfeiffer())).containsExactly(840, 210);
    // y + 2 x = (5, 3); with x (6, 5)
    assertThat(joined(new Placement.Parallel())).containsExactly(60, 50);
    // The second takes (83, 19) for y: norm(x + y) = (840, 210), y + 2 of it = (1763, 439)
    assertThat(joined(new Placement.Pfeiffer(), new Placement.Pfeiffer()))
        .containsExactly(17640, 4410);
    // y = (9, -3), then 3 y = (27, -9); with x (28, -7)
    assertThat(joined(new Placement.Houlsby(), new Placement.Houlsby())).containsExactly(280, -70);
  }

  @Test
  void widthsArePythonsFloorDivision() {
    assertThat(new Width.Reduced(16).of(768)).isEqualTo(48);
    assertThat(new Width.Reduced(20).of(64)).isEqualTo(3);
    assertThat(new Width.Reduced(0.5).of(64)).isEqualTo(128);
    assertThat(new Width.Reduced(1000).of(64)).isEqualTo(1); // at least
    assertThat(new Width.Reduced(0.1).of(1)).isEqualTo(9); // 1 // 0.1 in Python, 0.1 being above
    for (int units = 1; units <= 768; units++) {
      double factor = new Width.Units(units).reduction(768);
      assertThat(new Width.Reduced(factor).of(768)).isEqualTo(units);
    }
  }

  @Test
  void kroneckerSumsByHand() {
    // A_0 (x) B_0 = (1 2 0 0 / 0 0 1 2), A_1 (x) B_1 = (0 0 3 4 / 0 0 0 0)
    Tensor a = matrix(2, 1, 0, 0, 1, 0, 1, 0, 0).reshape(2, 2, 2);
    Tensor b = matrix(2, 1, 2, 3, 4).reshape(2, 1, 2);
    Parameter rule = new Parameter("rule", a);
    Parameter bias = new Parameter("b", Ops.floats(new float[] {10, 0, 0, 0}, Compute.CPU));
    KroneckerMap whole = new KroneckerMap(rule, List.of(new Parameter("W", b)), bias);
    assertThat(Ops.toFloats(whole.matrix())).containsExactly(1, 2, 3, 4, 0, 0, 1, 2);
    assertThat(Ops.toFloats(whole.apply(row(1, 1)))).containsExactly(11, 2, 4, 6);
    // The same B_i = s_i t_i with s = 1 and 2.
    Tensor s = matrix(1, 1, 2).reshape(2, 1, 1);
    Tensor t = matrix(2, 1, 2, 1.5f, 2).reshape(2, 1, 2);
    KroneckerMap thin =
        new KroneckerMap(rule, List.of(new Parameter("s", s), new Parameter("t", t)), bias);
    assertThat(Ops.toFloats(thin.matrix())).containsExactly(1, 2, 3, 4, 0, 0, 1, 2);
  }

  private static Model model(String family) {
    return Models.load(Golden.SHIPPED.resolve(family).resolve("model"), Compute.CPU);
  }

  private static <T> T on(String family, Peft peft, Function<Adapted<Model>, T> what) {
    try (Model model = model(family);
        Adapted<Model> adapted = Adapted.attach(model, peft, 1)) {
      return what.apply(adapted);
    }
  }

  private static Tensor logits(String family, Model model) {
    try (Safetensors io =
            Safetensors.open(Golden.SHIPPED.resolve(family).resolve("io.safetensors"));
        AutoGradMode off = Ops.noGrad()) {
      return Golden.Batch.of(io).logits(model);
    }
  }

  private static long count(String family, Peft peft) {
    return on(family, peft, adapted -> adapted.trainableCount());
  }

  @Test
  void trainableWeightsByFormula() {
    // H = 64, D = 8, with a scale of 1: 2 H D + D + H + 1 a place; 2 layers
    long place = 2 * 64 * 8 + 8 + 64 + 1;
    assertThat(count("llama", BottleneckCases.of(BottleneckCases.HOULSBY, MapStart.BERT)))
        .isEqualTo(4 * place);
    assertThat(count("llama", BottleneckCases.of(BottleneckCases.PFEIFFER, MapStart.BERT)))
        .isEqualTo(2 * place);
    // T5: 2 layers of 2 places, 2 of 3
    assertThat(count("t5", BottleneckCases.of(BottleneckCases.EVERYWHERE, MapStart.BERT)))
        .isEqualTo(10 * place);
    // Compacter: n^3 once, r (H + D) a map, D + H of biases a place (section 3.3); n = 4, r = 1
    assertThat(count("gpt2", BottleneckCases.compacter(true, new SecondFactors.LowRank(1))))
        .isEqualTo(64 + 4 * (2 * (64 + 8) + 8 + 64));
    // Whole factors have H D / n a map, and here each map has its own n^3.
    assertThat(count("gpt2", BottleneckCases.compacter(false, new SecondFactors.Whole())))
        .isEqualTo(4 * (2 * (64 + 64 * 8 / 4) + 8 + 64));
  }

  @Test
  void couplingsInvert() {
    torch.manual_seed(1);
    for (long width : new long[] {5, 64}) {
      long half = width / 2;
      NiceCoupling coupling =
          new NiceCoupling(bottle(width - half, half), bottle(half, width - half), half);
      Tensor x = torch.randn(7, width);
      Tensor y = coupling.forward(x);
      assertThat(y.sub(x).abs().max().item_double()).isGreaterThan(0.1);
      assertThat(coupling.inverse(y).sub(x).abs().max().item_double()).isLessThan(1e-5);
    }
  }

  private static NiceCoupling.Bottle bottle(long in, long out) {
    return new NiceCoupling.Bottle(dense(2, in), Nonlinearity.RELU, dense(out, 2));
  }

  private static dev.luthier.model.Dense dense(long out, long in) {
    return new dev.luthier.model.Dense(
        new Parameter("weight", torch.randn(out, in).mul(Ops.scalar(0.3))),
        new Parameter("bias", torch.randn(out)));
  }

  private static Bottleneck dropping(LeaveOut leaveOut) {
    return BottleneckCases.with(
        BottleneckCases.HOULSBY, MapStart.BERT, leaveOut, new Invertible.None(), "adapter");
  }

  @Test
  void adapterDropLeavesTheLowestLayersOut() {
    List<String> names =
        on(
            "llama",
            dropping(new LeaveOut.Lowest(1)),
            a -> a.trainable().stream().map(Parameter::name).toList());
    assertThat(names).hasSize(2 * 5).allMatch(n -> n.startsWith("model.layers.1."));
    // In T5 the lowest of both stacks; the decoder's is layer 2 of all.
    assertThat(LeaveOut.lacking(new LeaveOut.Lowest(1), List.of(2, 2))).containsExactly(0, 2);
    assertThat(LeaveOut.lacking(new LeaveOut.Layers(List.of(3)), List.of(2, 2))).containsExactly(3);
    assertThatThrownBy(() -> on("llama", dropping(new LeaveOut.Lowest(2)), a -> a))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the adapter has no place");
  }

  @Test
  void adapterDropDrawsForEachStepOfTraining() {
    try (Model model = model("llama")) {
      float[] base = Ops.toFloats(logits("llama", model));
      try (Adapted<Model> adapted = Adapted.attach(model, dropping(new LeaveOut.Random(2)), 1)) {
        float[] all = Ops.toFloats(logits("llama", model));
        adapted.training(true);
        Parameter lowest = adapted.course().state().get(0);
        Set<Integer> seen = new HashSet<>();
        for (int step = 0; step < 60; step++) {
          int n = (int) lowest.value().item_float();
          if (seen.add(n)) {
            float[] now = Ops.toFloats(logits("llama", model));
            if (n == 2) {
              assertThat(now).containsExactly(base);
            } else {
              assertThat(now).isNotEqualTo(base);
              assertThat(java.util.Arrays.equals(now, all)).isEqualTo(n == 0);
            }
          }
          adapted.course().afterStep(step, 60);
        }
        assertThat(seen).containsExactlyInAnyOrder(0, 1, 2);
        adapted.training(false);
        assertThat(Ops.toFloats(logits("llama", model))).containsExactly(all);
      }
    }
  }

  @Test
  void onTopOfAnotherOnlyTheUpperTrains() {
    MadX stack =
        new MadX(
            List.of(BottleneckCases.trained("gpt2", BottleneckCases.language("de"))),
            BottleneckCases.with(
                BottleneckCases.PFEIFFER,
                MapStart.MAM,
                new LeaveOut.None(),
                new Invertible.None(),
                "qa"));
    try (Model model = model("gpt2");
        Model other = model("gpt2");
        Adapted<Model> adapted = Adapted.attach(model, stack, 1);
        Adapted<Model> below = AdapterFiles.load(other, stack.below().get(0)).adapted()) {
      assertThat(adapted.trainable()).allMatch(p -> p.name().contains(".adapters.qa."));
      // A new upper adapter of the mam start adds nothing.
      assertThat(Ops.toFloats(logits("gpt2", model)))
          .containsExactly(Ops.toFloats(logits("gpt2", below.model())));
    }
  }

  @Test
  void aFusionOfOneWithTheIdentityIsThatAdapter() {
    AdapterFusion one =
        new AdapterFusion(
            List.of(BottleneckCases.trained("bert_mlm", BottleneckCases.named("a"))),
            Optional.empty(),
            0.01,
            List.of());
    try (Model model = model("bert_mlm");
        Model other = model("bert_mlm");
        Adapted<Model> fused = Adapted.attach(model, one, 1);
        Adapted<Model> alone = AdapterFiles.load(other, one.adapters().get(0)).adapted()) {
      Tensor expected = logits("bert_mlm", alone.model());
      assertThat(logits("bert_mlm", model).sub(expected).abs().max().item_double())
          .isLessThan(1e-4); // V has 1e-6 beside its diagonal
      Parameter value =
          fused.trainable().stream()
              .filter(p -> p.name().endsWith("value.weight"))
              .findFirst()
              .orElseThrow();
      // 2 places with 64 x 63 values of 1e-6 beside the diagonal
      double start = 0.01 * 2 * 64 * 63 * 1e-12;
      assertThat(penalty(fused)).isCloseTo(start, within(1e-3 * start));
      try (AutoGradMode off = Ops.noGrad()) {
        value.value().select(0, 3).select(0, 3).add_(new Scalar(0.5)); // 1.5 on the diagonal
      }
      assertThat(penalty(fused)).isCloseTo(0.01 * 0.25, within(1e-6));
    }
  }

  private static double penalty(Adapted<?> adapted) {
    Tensor penalty = adapted.course().penalty();
    return penalty == null ? Double.NaN : penalty.item_double();
  }

  @Test
  void whatCannotBeIsRefused() {
    refused(
        () -> on("gpt2", compacter(3), a -> a),
        "compacter.dimension must divide the model's width 64 and the bottleneck's 8, was 3; set compacter.width");
    refused(
        () ->
            on(
                "llama",
                BottleneckCases.of(new Placement.Houlsby(List.of(Sublayer.CROSS)), MapStart.BERT),
                a -> a),
        "the adapter has no place: [CROSS] in 2 layers");
    refused(
        () -> new Placement.Parallel(List.of()),
        "placement.parallel.after must name at least one of attention, cross, mlp");
    refused(() -> BottleneckCases.named("a.b"), "bottleneck.name must be of letters, digits");
    refused(
        () -> new MadX(List.of(java.nio.file.Path.of("de")), BottleneckCases.language("qa")),
        "mad_x.task.invertible must be none");
    refused(
        () ->
            on(
                "llama",
                new AdapterFusion(
                    List.of(
                        BottleneckCases.trained(
                            "llama", BottleneckCases.of(BottleneckCases.PARALLEL, MapStart.BERT))),
                    Optional.empty(),
                    0.01,
                    List.of()),
                a -> a),
        "adapter_fusion: fusing adapter, a parallel adapter, is not built");
  }

  private static Compacter compacter(int dimension) {
    return new Compacter(
        BottleneckCases.HOULSBY,
        new Width.Reduced(8),
        Nonlinearity.GELU,
        dimension,
        new SecondFactors.LowRank(1),
        true,
        0,
        new LeaveOut.None(),
        "adapter",
        List.of());
  }

  private static void refused(Runnable run, String start) {
    assertThatThrownBy(run::run)
        .isInstanceOf(UserError.class)
        .satisfies(e -> assertThat(e.getMessage()).startsWith(start));
  }
}

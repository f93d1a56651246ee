package dev.luthier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every optimizer against its peer, and the laws that they share. */
class OptimizerTest {
  private static final Betas BETAS = new Betas(0.9, 0.99);

  @TempDir Path dir;

  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Optimizer adamw(double decay, boolean paged) {
    return new AdamW(decay, BETAS, 1e-6, paged, List.of());
  }

  private static Optimizer eight(double decay, boolean paged) {
    return new AdamW8bit(decay, BETAS, 1e-6, paged, List.of());
  }

  private static Optimizer lion(double decay) {
    return new Lion(decay, BETAS, List.of());
  }

  private static Optimizer sgd(double decay, double momentum, boolean nesterov) {
    return new Sgd(decay, momentum, nesterov, List.of());
  }

  private static Optimizer adafactor(
      double decay, double clip, Optional<Double> beta1, boolean scale, boolean relative) {
    return new Adafactor(
        decay, List.of(1e-30, 1e-3), clip, -0.8, beta1, scale, relative, List.of());
  }

  /** All of them without decay. */
  static List<Optimizer> all() {
    return List.of(
        adamw(0, false),
        adamw(0, true),
        eight(0, false),
        eight(0, true),
        lion(0),
        sgd(0, 0, false),
        sgd(0, 0.9, false),
        sgd(0, 0.9, true),
        adafactor(0, 1, Optional.empty(), false, false),
        adafactor(0, 1, Optional.of(0.9), true, true));
  }

  private Optim optim(Optimizer optimizer, double lr, double decay, Parameter... parameters) {
    Optim.Group group = new Optim.Group(List.of(parameters), lr, decay);
    return new Optim(List.of(group), optimizer, Compute.CPU, dir);
  }

  /**
   * The weights after steps 1 and 6 of torch.optim.AdamW, torch.optim.SGD (torch 2.13) and
   * transformers.optimization.Adafactor (5.17), and of algorithm 2 of Lion's paper in plain torch:
   * lr 0.05, betas (0.9, 0.99), eps 1e-6, weight decay 0.1 where none is said, from [[0.5, -1.25,
   * 2], [0.75, 0.125, -0.375]] and [1.5, -0.25] with the gradients of {@link #follows}.
   */
  static Stream<Arguments> trajectories() {
    return Stream.of(
        Arguments.of(
            adamw(0.1, false),
            0.1,
            "0.44750011, -1.19375, 1.9400002, 0.79624999, 0.124375, -0.42312494, 1.4425001, -0.19875005",
            "0.35520992, -1.1881039, 1.9502739, 0.79528069, 0.13692713, -0.48410618, 1.3639048, -0.15480468"),
        Arguments.of(
            sgd(0.1, 0.9, false),
            0.1,
            "0.4725, -1.21875, 1.9775, 0.78375, 0.124375, -0.41062501, 1.4675, -0.19875",
            "0.31532079, -1.1399095, 1.9029883, 0.73811185, 0.11455889, -0.46667409, 1.255197, -0.10083817"),
        Arguments.of(
            sgd(0.1, 0.9, true),
            0.1,
            "0.44775, -1.190625, 1.95725, 0.814125, 0.1238125, -0.44268751, 1.4382499, -0.15262501",
            "0.28522351, -1.1153702, 1.8924838, 0.70271438, 0.13729326, -0.4676525, 1.215379, -0.062532365"),
        Arguments.of(
            sgd(0, 0, false),
            0,
            "0.47499999, -1.225, 1.9875, 0.78750002, 0.125, -0.41249999, 1.475, -0.2",
            "0.46250001, -1.25, 2.0374999, 0.73750001, 0.15000001, -0.40000001, 1.475, -0.2"),
        Arguments.of(
            lion(0.1),
            0.1,
            "0.44749999, -1.19375, 1.9400001, 0.79624999, 0.124375, -0.423125, 1.4425, -0.19875",
            "0.38741884, -1.2132133, 2.0404928, 0.72653937, 0.17129904, -0.46265462, 1.3567989, -0.24283567"),
        Arguments.of(
            adafactor(0.1, 1, Optional.empty(), false, false),
            0.1,
            "0.45173714, -1.1612498, 1.9639112, 0.79478884, 0.124375, -0.42846781, 1.4425, -0.19875",
            "0.42900142, -1.1746137, 2.0351236, 0.68030655, 0.1652942, -0.40318805, 1.4282185, -0.19279078"),
        Arguments.of(
            adafactor(0, 0.5, Optional.of(0.9), true, false),
            0,
            "0.49761271, -1.2456962, 1.998639, 0.75253212, 0.125, -0.37788704, 1.4973118, -0.24731177",
            "0.48808423, -1.2435652, 2.0124545, 0.74854869, 0.12635121, -0.38625932, 1.4943572, -0.24649911"));
  }

  @ParameterizedTest
  @MethodSource("trajectories")
  void equalsItsPeer(Optimizer optimizer, double decay, String first, String last) {
    follows(optimizer, 0.05, decay, first, last);
  }

  @Test
  void adafactorFindsItsRate() {
    // The same with relative_step and scale_parameter: least of 0.01 and 1 / sqrt(t).
    Optimizer relative = adafactor(0.1, 1, Optional.empty(), true, true);
    follows(
        relative,
        1,
        0.1,
        "0.48992917, -1.2314808, 1.9924695, 0.75934595, 0.12486959, -0.38615695, 1.4876342, -0.23897828",
        "0.48487315, -1.2339245, 2.0071716, 0.73563963, 0.13319223, -0.38095403, 1.484181, -0.23744857");
    assertThat(relative.rate(1, 25)).isEqualTo(0.01);
    assertThat(relative.rate(0.5, 40_000)).isEqualTo(0.0025); // 0.5 / 200
  }

  /** Gradients are ((3 i + 5 t) mod 7 - 3) / 4 and ((2 i + 3 t) mod 5 - 2) / 2. */
  private void follows(Optimizer optimizer, double lr, double decay, String first, String last) {
    Parameter matrix =
        new Parameter(
            "a",
            Ops.floats(new float[] {0.5f, -1.25f, 2, 0.75f, 0.125f, -0.375f}, Compute.CPU)
                .view(2, 3));
    Parameter vector = new Parameter("b", Ops.floats(new float[] {1.5f, -0.25f}, Compute.CPU));
    try (Optim optim = optim(optimizer, lr, decay, matrix, vector)) {
      for (int t = 1; t <= 6; t++) {
        float[] a = new float[6];
        for (int i = 0; i < 6; i++) {
          a[i] = ((3 * i + 5 * t) % 7 - 3) / 4f;
        }
        float[] b = {(3 * t % 5 - 2) / 2f, ((2 + 3 * t) % 5 - 2) / 2f};
        pull(matrix, Ops.floats(a, Compute.CPU).view(2, 3));
        pull(vector, Ops.floats(b, Compute.CPU));
        optim.step(1);
        if (t == 1 || t == 6) {
          assertThat(weights(optim))
              .as("step %d", t)
              .containsExactly(numbers(t == 1 ? first : last), within(2e-6f));
        }
      }
    }
  }

  private static float[] numbers(String text) {
    String[] parts = text.split(", ", -1);
    float[] out = new float[parts.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = Float.parseFloat(parts[i]);
    }
    return out;
  }

  private static float[] weights(Optim optim) {
    return Ops.toFloats(optim.state().get("weights"));
  }

  private static void pull(Parameter p, Tensor gradient) {
    try (AutoGradMode off = Ops.noGrad()) {
      p.value().grad().copy_(gradient);
    }
  }

  /** Random weights of these shapes, always the same. */
  private static Parameter[] parameters(long[]... shapes) {
    torch.manual_seed(5);
    Parameter[] out = new Parameter[shapes.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = new Parameter("p" + i, torch.randn(shapes[i]));
    }
    return out;
  }

  /** Shapes of which one is small and one no whole number of blocks. */
  private static Parameter[] mixed() {
    return parameters(
        new long[] {64, 64}, new long[] {70, 71}, new long[] {33}, new long[] {700, 128});
  }

  private static void random(Parameter[] parameters, long step) {
    torch.manual_seed(100 + step);
    for (Parameter p : parameters) {
      try (Scope inner = new Scope()) {
        pull(p, torch.randn(Ops.shape(p.value())));
      }
    }
  }

  private static void steps(Optim optim, Parameter[] parameters, int from, int to) {
    for (int t = from; t < to; t++) {
      random(parameters, t);
      optim.step(1.0 / (1 + t));
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void noGradientAndNoDecayLeaveTheWeights(Optimizer optimizer) {
    Parameter[] parameters = mixed();
    try (Optim optim = optim(optimizer, 0.1, 0, parameters)) {
      float[] before = weights(optim);
      optim.step(1);
      optim.step(1);
      assertThat(weights(optim)).containsExactly(before);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void aStepGoesAgainstTheGradient(Optimizer optimizer) {
    Parameter[] parameters = mixed();
    try (Optim optim = optim(optimizer, 1e-3, 0, parameters)) {
      float[] before = weights(optim);
      random(parameters, 0);
      float[] gradient = gradients(parameters);
      optim.step(1);
      float[] after = weights(optim);
      double along = 0;
      for (int i = 0; i < before.length; i++) {
        along += (after[i] - before[i]) * gradient[i];
      }
      assertThat(along).isNegative();
    }
  }

  private static float[] gradients(Parameter[] parameters) {
    Tensor[] all =
        Stream.of(parameters).map(p -> p.value().grad().reshape(-1)).toArray(Tensor[]::new);
    return Ops.toFloats(Ops.cat(0, all));
  }

  @ParameterizedTest
  @MethodSource("all")
  void theStateIsAsLargeAsSaid(Optimizer optimizer) {
    Parameter[] parameters = mixed();
    List<long[]> shapes = Stream.of(parameters).map(p -> Ops.shape(p.value())).toList();
    try (Optim optim = optim(optimizer, 0.1, 0, parameters)) {
      assertThat(optim.stateBytes()).isEqualTo(optimizer.stateBytes(shapes));
    }
  }

  @Test
  void theStateInBytes() {
    // Weights: 4096, 4970, 33 and 89,600. In 8 bits two bytes for each of the large ones and two
    // float32 for each of their 16 + 20 + 350 blocks; eight bytes for each of the 33.
    List<long[]> shapes =
        List.of(new long[] {64, 64}, new long[] {70, 71}, new long[] {33}, new long[] {700, 128});
    long large = 4096 + 4970 + 89_600;
    assertThat(eight(0, false).stateBytes(shapes)).isEqualTo(2 * large + 8 * 386 + 8 * 33);
    assertThat(adamw(0, false).stateBytes(shapes)).isEqualTo(8 * (large + 33));
    assertThat(lion(0).stateBytes(shapes)).isEqualTo(4 * (large + 33));
    assertThat(sgd(0, 0.9, false).stateBytes(shapes)).isEqualTo(4 * (large + 33));
    assertThat(sgd(0, 0, false).stateBytes(shapes)).isZero();
    // Rows and columns of the matrices, and the vector.
    assertThat(adafactor(0, 1, Optional.empty(), false, false).stateBytes(shapes))
        .isEqualTo(4 * (64 + 64 + 70 + 71 + 700 + 128 + 33));
  }

  @ParameterizedTest
  @MethodSource("all")
  void goesOnFromAFileBitForBit(Optimizer optimizer) {
    Path file = dir.resolve("state.safetensors");
    Parameter[] whole = mixed();
    Parameter[] broken = mixed();
    Parameter[] later =
        parameters(
            new long[] {64, 64}, new long[] {70, 71}, new long[] {33}, new long[] {700, 128});
    try (Optim unbroken = optim(optimizer, 1e-2, 0.1, whole);
        Optim first = optim(optimizer, 1e-2, 0.1, broken);
        Optim second = optim(optimizer, 1e-2, 0.1, later)) {
      steps(unbroken, whole, 0, 5);
      steps(first, broken, 0, 3);
      SafetensorsWriter.write(file, first.state(), Map.of());
      try (Safetensors saved = Safetensors.open(file)) {
        second.restore(tensors(saved), 3);
      }
      steps(second, later, 3, 5);
      sameState(second, unbroken);
    }
  }

  private static Map<String, Tensor> tensors(Safetensors file) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    file.infos().keySet().forEach(name -> out.put(name, file.tensor(name)));
    return out;
  }

  private static void sameState(Optim a, Optim b) {
    assertThat(a.state().keySet()).isEqualTo(b.state().keySet());
    a.state()
        .forEach((name, tensor) -> assertThat(tensor.equal(b.state().get(name))).as(name).isTrue());
  }

  @ParameterizedTest
  @MethodSource("all")
  void whereTheBufferIsCutChangesNothing(Optimizer optimizer) {
    // 1,203,200 = 4700 blocks of 256, in two pieces; cut again at 20 and 3311 blocks, which is in
    // the midst of the first. Adafactor sees tensors.
    if (optimizer instanceof Adafactor) {
      return;
    }
    Parameter[] one = parameters(new long[] {1_203_200});
    Tensor all = one[0].value();
    List<Parameter> three = new ArrayList<>();
    long at = 0;
    for (long count : new long[] {20 * 256, 3291 * 256, 1389 * 256}) {
      three.add(new Parameter("c" + at, all.narrow(0, at, count).clone()));
      at += count;
    }
    List<Optim.Group> groups =
        three.stream().map(p -> new Optim.Group(List.of(p), 1e-2, 0.1)).toList();
    try (Optim whole = optim(optimizer, 1e-2, 0.1, one);
        Optim cut = new Optim(groups, optimizer, Compute.CPU, dir)) {
      for (int t = 0; t < 3; t++) {
        random(one, t);
        long from = 0;
        for (Parameter p : three) {
          pull(p, one[0].value().grad().narrow(0, from, p.count()));
          from += p.count();
        }
        whole.step(1);
        cut.step(1);
      }
      sameState(cut, whole);
    }
  }

  @Test
  void pagedIsTheSameBitForBitAndLeavesNoFile() throws IOException {
    for (List<Optimizer> pair :
        List.of(
            List.of(adamw(0.1, false), adamw(0.1, true)),
            List.of(eight(0.1, false), eight(0.1, true)))) {
      Parameter[] here = mixed();
      Parameter[] there = mixed();
      try (Optim resident = optim(pair.get(0), 1e-2, 0.1, here);
          Optim paged = optim(pair.get(1), 1e-2, 0.1, there)) {
        steps(resident, here, 0, 3);
        steps(paged, there, 0, 3);
        sameState(paged, resident);
        try (Stream<Path> left = Files.list(dir)) {
          assertThat(left).isEmpty();
        }
      }
    }
  }

  @Test
  void aPagedStateNeedsAFolder() {
    Optim.Group group = new Optim.Group(List.of(mixed()), 0.1, 0);
    Path nowhere = dir.resolve("nowhere");
    assertThatThrownBy(
            () -> new Optim(List.of(group), adamw(0, true), Compute.CPU, nowhere).close())
        .isInstanceOf(UserError.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void lionMovesEveryWeightByTheRate() {
    Parameter[] parameters = parameters(new long[] {1000});
    try (Optim optim = optim(lion(0), 0.25, 0, parameters)) {
      for (int t = 0; t < 3; t++) {
        float[] before = weights(optim);
        random(parameters, t);
        optim.step(0.5);
        float[] after = weights(optim);
        for (int i = 0; i < before.length; i++) {
          assertThat(Math.abs(after[i] - before[i])).isCloseTo(0.125f, within(1e-6f));
        }
      }
    }
  }

  @Test
  void aCheckpointOfAnotherOptimizerIsRefused() {
    Parameter[] a = mixed();
    Parameter[] b = mixed();
    Parameter[] c = parameters(new long[] {5});
    try (Optim one = optim(adamw(0, false), 0.1, 0, a);
        Optim other = optim(lion(0), 0.1, 0, b);
        Optim less = optim(lion(0), 0.1, 0, c)) {
      assertThatThrownBy(() -> other.restore(one.state(), 1))
          .isInstanceOf(UserError.class)
          .hasMessage(
              "the checkpoint is of another optimizer: it holds mean, square, weights, this one has"
                  + " momentum, weights; resume with the optimizer that wrote it, or start anew with"
                  + " another output");
      assertThatThrownBy(() -> less.restore(other.state(), 1))
          .isInstanceOf(UserError.class)
          .hasMessageContainingAll("the checkpoint is of another run", "98699", "5 of Float");
    }
  }

  @Test
  void impossibleSettingsAreRefused() {
    refused(() -> lion(-1), "lion.weight_decay must be >= 0, was -1");
    refused(() -> sgd(0, 1, false), "sgd.momentum must be >= 0 and < 1, was 1");
    refused(() -> sgd(0, 0, true), "sgd.nesterov needs sgd.momentum > 0, was 0");
    refused(() -> eight(-1, false), "adamw_8bit.weight_decay must be >= 0, was -1");
    refused(
        () -> adafactor(0, 0, Optional.empty(), false, false),
        "adafactor.clip_threshold must be > 0, was 0");
    GroupSpec fast = new GroupSpec("x", Optional.of(1.0), Optional.empty());
    refused(
        () ->
            new Adafactor(
                0, List.of(0.0, 0.0), 1, -0.8, Optional.empty(), false, true, List.of(fast)),
        "adafactor.groups.lr cannot be set with adafactor.relative_step, which finds the rate");
    assertThatThrownBy(() -> Betas.read(List.of(0.9, 1)))
        .hasMessage("two numbers from 0 to below 1");
    assertThatThrownBy(() -> Betas.read(0.9)).hasMessage("two numbers from 0 to below 1");
  }

  private static void refused(Runnable run, String message) {
    assertThatThrownBy(run::run).isInstanceOf(UserError.class).hasMessage(message);
  }
}

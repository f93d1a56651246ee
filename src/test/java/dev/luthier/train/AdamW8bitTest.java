package dev.luthier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.io.Safetensors;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdamW8bitTest {
  private static final Betas BETAS = new Betas(0.9, 0.99);

  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Optim optim(Optimizer optimizer, double lr, double decay, List<Parameter> p) {
    return new Optim(List.of(new Optim.Group(p, lr, decay)), optimizer, Compute.CPU);
  }

  private static Optimizer eight(double eps) {
    return new AdamW8bit(0, BETAS, eps, false, List.of());
  }

  private static void pull(Parameter p, float... first) {
    try (AutoGradMode off = Ops.noGrad()) {
      p.value().grad().zero_();
      p.value().grad().narrow(0, 0, first.length).copy_(Ops.floats(first, Compute.CPU));
    }
  }

  @Test
  void theStepsByHand() {
    // Gradients 1, -2e-9, 0 in a block of 256, eps 0.5, lr 0.1, decay 0.5.
    // Step 1: m = 0.1 g, v = 0.01 g^2, c1 = 0.1, c2 = sqrt(0.01) = 0.1.
    //   w0 = (1 - 0.1 (0.1 / 0.1) 0.1 / (0.1 + 0.1 x 0.5)) (1 - 0.1 x 0.5) = 0.9333333 x 0.95
    //   The others: 1 x 0.95, but for 2e-10 / 0.5.
    // Kept: of the mean 1 (place 255) times 0.1; -2e-9 is nearest to 0 (127), and takes the value
    //   below, -0.55e-6 (126), so as to keep its sign; 0. Of the square 1 (255) times 0.01; 0.
    // Step 2, no gradient: m0 = 0.9 x 0.1 = 0.09, v0 = 0.99 x 0.01 = 0.0099,
    //   c1 = 1 - 0.81 = 0.19, c2 = sqrt(1 - 0.9801) = 0.1410674
    //   w0 = (0.8866667 - 0.1 (0.1410674 / 0.19) 0.09 / (0.0994987 + 0.0705337)) 0.95
    //      = (0.8866667 - 0.0742460 x 0.5293111) 0.95 = 0.8473666 x 0.95 = 0.8049983
    //   m1 = -0.55e-6 x 0.1 x 0.9 = -4.95e-8, with a square of 0:
    //   w1 = (0.95 + 0.0742460 x 4.95e-8 / 0.0705337) 0.95 = 0.9025
    Parameter w = new Parameter("w", torch.ones(4096));
    try (Optim optim =
        optim(new AdamW8bit(0, BETAS, 0.5, false, List.of()), 0.1, 0.5, List.of(w))) {
      pull(w, 1, -2e-9f, 0);
      optim.step(1);
      assertThat(first(w)).containsExactly(new float[] {0.8866667f, 0.95f, 0.95f}, near());
      assertThat(first(optim, "mean")).containsExactly(255, 126, 127);
      assertThat(first(optim, "square")).containsExactly(255, 0, 0);
      assertThat(Ops.toFloats(optim.state().get("mean.absmax"))[0]).isEqualTo(0.1f);
      assertThat(Ops.toFloats(optim.state().get("square.absmax"))[0]).isEqualTo(0.01f);
      assertThat(Ops.toFloats(optim.state().get("mean.absmax"))[1]).isZero();
      pull(w);
      optim.step(1);
      assertThat(first(w)).containsExactly(new float[] {0.8049983f, 0.9025f, 0.9025f}, near());
    }
  }

  private static float[] first(Parameter w) {
    return Ops.toFloats(w.value().detach().narrow(0, 0, 3));
  }

  private static long[] first(Optim optim, String name) {
    return Ops.toLongs(optim.state().get(name).narrow(0, 0, 3));
  }

  private static org.assertj.core.data.Offset<Float> near() {
    return within(1e-6f);
  }

  @Test
  void smallTensorsKeepThirtyTwoBits() {
    // One below 4096 and one of 4096: of the first the state is AdamW's, only the order of step and
    // decay differs, and there is no decay here.
    Parameter small = new Parameter("small", torch.ones(4095));
    Parameter large = new Parameter("large", torch.ones(4096));
    Parameter theirs = new Parameter("theirs", torch.ones(4095));
    try (Optim optim = optim(eight(1e-8), 0.1, 0, List.of(small, large));
        Optim plain = optim(new AdamW(0, BETAS, 1e-8, false, List.of()), 0.1, 0, List.of(theirs))) {
      assertThat(optim.state().get("small.mean").numel()).isEqualTo(4095);
      assertThat(optim.state().get("mean").numel()).isEqualTo(4096);
      for (int t = 0; t < 4; t++) {
        pull(small, 1, -t, 0.25f);
        pull(theirs, 1, -t, 0.25f);
        optim.step(1);
        plain.step(1);
      }
      assertThat(first(small)).containsExactly(first(theirs), near());
    }
  }

  @Test
  void blocksBeginAnewWithEachTensor() {
    // 5000 = 19 blocks and 136 weights: a neighbour's large gradients do not coarsen its scale.
    Parameter a = new Parameter("a", torch.ones(5000));
    Parameter b = new Parameter("b", torch.ones(4096));
    try (Optim optim = optim(eight(1e-8), 0.1, 0, List.of(a, b))) {
      try (AutoGradMode off = Ops.noGrad()) {
        a.value().grad().fill_(Ops.scalar(1));
        b.value().grad().fill_(Ops.scalar(1000));
      }
      optim.step(1);
      float[] absmax = Ops.toFloats(optim.state().get("mean.absmax"));
      assertThat(absmax).hasSize(20 + 16);
      assertThat(absmax[19]).isCloseTo(0.1f, near());
      assertThat(absmax[20]).isCloseTo(100f, within(1e-4f));
    }
  }

  /** A real model of 115,008 weights: the loss falls as with 32 bits. */
  @Test
  void trainsAsWithThirtyTwoBits() {
    double[] full = losses(new AdamW(0, new Betas(0.9, 0.999), 1e-8, false, List.of()));
    double[] bits = losses(new AdamW8bit(0, new Betas(0.9, 0.999), 1e-8, false, List.of()));
    assertThat(full[14]).isLessThan(0.8 * full[0]);
    for (int i = 0; i < full.length; i++) {
      assertThat(bits[i]).as("step %d", i).isCloseTo(full[i], within(0.01 * full[i]));
    }
  }

  private static double[] losses(Optimizer optimizer) {
    Path golden = Golden.SHIPPED.resolve("llama");
    double[] losses = new double[15];
    try (Safetensors io = Safetensors.open(golden.resolve("io.safetensors"));
        CausalLm model = CausalLm.load(golden.resolve("model"), Compute.CPU)) {
      Golden.Batch batch = Golden.Batch.of(io);
      List<Parameter> weights = List.copyOf(model.parameters());
      try (Optim optim = optim(optimizer, 1e-3, 0, weights)) {
        for (int i = 0; i < losses.length; i++) {
          try (Scope step = new Scope()) {
            optim.zeroGradients();
            Tensor loss = batch.loss(model).total();
            loss.backward();
            losses[i] = loss.item_double();
            optim.step(1);
          }
        }
      }
    }
    return losses;
  }
}

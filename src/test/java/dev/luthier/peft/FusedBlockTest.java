package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.model.CausalLm;
import dev.luthier.quant.Code;
import dev.luthier.quant.FourBit;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The fused form of a layer against the plain one: the same numbers, up to the order of sums. */
class FusedBlockTest {
  private static final String SWITCH = "luthier.fused";
  private static final Path MODEL = Path.of("models/tiny-base");

  /** A loss and the gradient of every weight that trains. */
  private record Result(double loss, List<float[]> gradients) {}

  @AfterEach
  void off() {
    System.clearProperty(SWITCH);
  }

  private static Result run(boolean fused, Compute compute, Peft peft, List<int[]> rows) {
    System.setProperty(SWITCH, fused ? "on" : "off");
    try (CausalLm model = CausalLm.load(MODEL, compute);
        Adapted<CausalLm> adapted = Adapted.attach(model, peft, 3);
        Scope scope = new Scope()) {
      torch.manual_seed(11);
      for (Parameter p : adapted.trainable()) { // off its neutral start
        try (var off = Ops.noGrad()) {
          p.value().add_(torch.randn(Ops.shape(p.value())).mul(Ops.scalar(0.05)));
        }
      }
      adapted.training(true);
      List<float[]> gradients = new ArrayList<>();
      double loss = 0;
      for (int round = 0; round < 2; round++) { // gradients of two micro-batches add up
        Sequences batch = Sequences.of(rows, Compute.CPU);
        Tensor logits = model.logits(model.hidden(batch));
        Tensor l =
            torch.cross_entropy_loss(
                logits.narrow(0, 0, batch.tokens() - 1),
                batch.ids().narrow(0, 1, batch.tokens() - 1));
        l.backward();
        loss += l.item_double();
      }
      adapted.trainable().forEach(p -> gradients.add(Ops.toFloats(p.value().grad())));
      return new Result(loss, gradients);
    }
  }

  private static List<int[]> rows(int... lengths) {
    List<int[]> out = new ArrayList<>();
    for (int n : lengths) {
      int[] ids = new int[n];
      for (int i = 0; i < n; i++) {
        ids[i] = (i * 7919 + n * 31) % 1000;
      }
      out.add(ids);
    }
    return out;
  }

  private static void same(Compute compute, Peft peft, List<int[]> rows) {
    Result plain = run(false, compute, peft, rows);
    Result fused = run(true, compute, peft, rows);
    assertThat(fused.loss()).isCloseTo(plain.loss(), within(1e-5 * plain.loss()));
    assertThat(fused.gradients().get(0))
        .as("another order of sums")
        .isNotEqualTo(plain.gradients().get(0));
    for (int i = 0; i < plain.gradients().size(); i++) {
      float[] a = plain.gradients().get(i);
      float[] b = fused.gradients().get(i);
      double norm = 0;
      double apart = 0;
      for (int j = 0; j < a.length; j++) {
        norm += a[j] * (double) a[j];
        apart += (a[j] - b[j]) * (double) (a[j] - b[j]);
      }
      assertThat(Math.sqrt(apart)).as("gradient %d", i).isLessThan(1e-5 * Math.sqrt(norm) + 1e-9);
    }
  }

  @Test
  void rowsOfOneLength() {
    same(Compute.CPU, Lora.of(8, 16), rows(12, 12));
  }

  @Test
  void rowsOfSeveralLengths() {
    same(Compute.CPU, Lora.of(3, 5), rows(5, 17, 9));
  }

  @Test
  void mapsWithoutAnAdapterBesideMapsWithOne() {
    Lora some =
        new Lora(
            4,
            8,
            0,
            new Targets.Names(List.of("q_proj", "v_proj", "down_proj")),
            Map.of("down_proj", 9),
            Map.of(),
            List.of(),
            false,
            List.of());
    same(Compute.CPU, some, rows(8, 6));
  }

  @Test
  void packedWeights() {
    Compute packed = Compute.CPU.packing(new FourBit(Code.NF4, 64, true));
    same(packed, Lora.of(8, 16), rows(7, 11));
  }
}

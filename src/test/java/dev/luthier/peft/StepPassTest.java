package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.Golden;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Decoding;
import dev.luthier.model.Generative;
import dev.luthier.quant.Code;
import dev.luthier.quant.FourBit;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Steps of generation in few operations against steps part by part: the same scores, up to the
 * order of sums.
 */
class StepPassTest {
  private static final String SWITCH = "luthier.fused";
  private static final Path TINY = Path.of("models/tiny-base");
  private static final int[] FIRST = {7, 21, 5, 90, 3, 44, 18, 250, 9, 13, 77};
  private static final int[] SECOND = {31, 8, 8};
  private static final int[] THIRD = {64, 200, 1, 15, 6};

  @AfterEach
  void off() {
    System.clearProperty(SWITCH);
  }

  /** Scores of steps during which rows come, move and go. */
  private static List<float[]> written(Generative model) {
    List<float[]> out = new ArrayList<>();
    try (var off = Ops.noGrad();
        Decoding prompts = model.open(3, FIRST.length, 0);
        Decoding rows = model.open(4, FIRST.length, 80);
        Scope scope = new Scope()) {
      prompts.start(List.of(FIRST, SECOND, THIRD));
      rows.admit(prompts, new int[] {0, 1, 1});
      out.add(step(rows, 4, 5, 6));
      out.add(step(rows, 17, 0, 250));
      rows.keep(new int[] {2, 1}); // the first goes, the last takes its place
      out.add(step(rows, 12, 12));
      rows.admit(prompts, new int[] {2, 0});
      for (int i = 0; i < 60; i++) { // beyond the places that the cache begins with
        out.add(step(rows, 30 + i, 31, 2 * i, 33));
      }
      rows.keep(new int[] {3});
      out.add(step(rows, 9));
    }
    return out;
  }

  private static float[] step(Decoding rows, int... tokens) {
    try (Scope scope = new Scope()) {
      return Ops.toFloats(rows.next(tokens));
    }
  }

  private static List<float[]> run(String fused, Path dir, Compute compute, Optional<Peft> peft) {
    System.setProperty(SWITCH, fused);
    try (CausalLm model = CausalLm.load(dir, compute)) {
      if (peft.isEmpty()) {
        return written(Generative.of(model));
      }
      try (Adapted<CausalLm> adapted = Adapted.attach(model, peft.get(), 3);
          Scope scope = new Scope()) {
        torch.manual_seed(11);
        for (Parameter p : adapted.trainable()) { // off its neutral start
          try (var off = Ops.noGrad()) {
            Tensor noise = torch.randn(Ops.shape(p.value()));
            p.value().add_(noise.mul(Ops.scalar(0.02)));
          }
        }
        adapted.training(false);
        return written(Generative.of(model));
      }
    }
  }

  private static void same(Path dir, Compute compute, Optional<Peft> peft) {
    List<float[]> plain = run("off", dir, compute, peft);
    List<float[]> quick = run("on", dir, compute, peft);
    boolean another = false;
    for (int i = 0; i < plain.size(); i++) {
      float[] a = plain.get(i);
      float[] b = quick.get(i);
      another |= !java.util.Arrays.equals(a, b);
      double worst = 0;
      for (int j = 0; j < a.length; j++) {
        worst = Math.max(worst, Math.abs(a[j] - b[j]));
      }
      assertThat(worst).as("step %d", i).isLessThan(1e-4);
    }
    assertThat(another).as("another order of sums").isTrue();
  }

  @Test
  void groupedHeadsAndATiedHead() {
    same(TINY, Compute.CPU, Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama3", "llama_mqa_bias", "mistral", "qwen2", "phi3"})
  void families(String name) { // biases, one group, a window of 9, joined maps, a head of its own
    same(Golden.SHIPPED.resolve(name + "/model"), Compute.CPU, Optional.empty());
  }

  @Test
  void withLora() {
    same(TINY, Compute.CPU, Optional.of(Lora.of(3, 5)));
  }

  @Test
  void whereAllWeightsTrain() {
    same(TINY, Compute.CPU, Optional.of(new Full()));
  }

  @Test
  void packedWeightsWithLora() {
    Compute packed = Compute.CPU.packing(new FourBit(Code.NF4, 64, true));
    same(TINY, packed, Optional.of(Lora.of(8, 16)));
  }
}

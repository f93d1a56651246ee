package dev.luthier.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Dense;
import dev.luthier.model.Slot;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoraStartTest {
  private static final double SCALE = 2;
  private final Scope scope = new Scope();

  @AfterEach
  void free() {
    scope.close();
  }

  private static Dense random(long out, long in) {
    torch.manual_seed(5);
    return new Dense(new Parameter("w", torch.randn(out, in)), null);
  }

  /** s B A. */
  private static Tensor product(LoraStart start, Dense base, int rank) {
    LoraStart.Drawn drawn = start.draw(base, rank, SCALE, Compute.CPU);
    return drawn.up().mm(drawn.down()).mul(Ops.scalar(SCALE));
  }

  private static double norm(Tensor t) {
    return t.norm().item_double();
  }

  @Test
  void pissaTakesTheLargestSingularValues() {
    // W = diag(3, 2, 1): the best product of rank 2 is diag(3, 2, 0)
    Tensor values = Ops.floats(new float[] {3, 2, 1}, Compute.CPU);
    Dense base = new Dense(new Parameter("w", torch.diag(values)), null);
    float[] product = Ops.toFloats(product(LoraStart.PISSA, base, 2));
    float[] expected = {3, 0, 0, 0, 2, 0, 0, 0, 0};
    for (int i = 0; i < expected.length; i++) {
      assertThat(product[i]).isCloseTo(expected[i], within(1e-5f));
    }
    // A and B have the same share of it: s |a|^2 = 3 for the first row of A
    Tensor a = LoraStart.PISSA.draw(base, 2, SCALE, Compute.CPU).down().select(0, 0);
    assertThat(norm(a)).isCloseTo(Math.sqrt(3 / SCALE), within(1e-5));
  }

  /** What is left of W has the other singular values, so the start is the best of its rank. */
  @Test
  void pissaLeavesTheOtherSingularValues() {
    Dense base = random(6, 4);
    float[] all = Ops.toFloats(torch.linalg_svd(base.matrix()).get1());
    Tensor rest = base.matrix().sub(product(LoraStart.PISSA, base, 3));
    assertThat((float) norm(rest)).isCloseTo(all[3], within(1e-5f));
  }

  /** OLoRA's s is not taken out of its factors, as in PEFT: s Q R[:r]. */
  @Test
  void oloraIsTheFirstOfQr() {
    Dense base = random(6, 4);
    // With all of R the product is W.
    Tensor whole = product(LoraStart.OLORA, base, 4).div(Ops.scalar(SCALE));
    assertThat(norm(whole.sub(base.matrix()))).isLessThan(1e-5);
    Tensor up = LoraStart.OLORA.draw(base, 2, SCALE, Compute.CPU).up();
    assertThat(norm(up.t().mm(up).sub(torch.eye(2)))).isLessThan(1e-5);
  }

  @Test
  void orthogonalFactorsHaveNoProduct() {
    Dense base = random(6, 4);
    LoraStart.Drawn drawn = LoraStart.ORTHOGONAL.draw(base, 4, SCALE, Compute.CPU);
    assertThat(norm(drawn.up().mm(drawn.down()))).isLessThan(1e-6);
    assertThat(norm(drawn.up())).isGreaterThan(0.01);
    assertThat(norm(drawn.down())).isGreaterThan(0.01);
  }

  @Test
  void theRandomStartsHaveTheirDeviations() {
    Dense base = new Dense(new Parameter("w", torch.zeros(2, 4000)), null);
    torch.manual_seed(1);
    Tensor gaussian = LoraStart.GAUSSIAN.draw(base, 8, SCALE, Compute.CPU).down();
    assertThat(gaussian.std(true).item_double()).isCloseTo(1 / 8.0, within(0.005));
    Tensor kaiming = LoraStart.KAIMING.draw(base, 8, SCALE, Compute.CPU).down();
    assertThat(kaiming.abs().max().item_double()).isCloseTo(1 / Math.sqrt(4000), within(1e-4));
  }

  @Test
  void ranksThatDoNotSuitAreRefused() {
    assertThatThrownBy(() -> product(LoraStart.ORTHOGONAL, random(6, 4), 3))
        .isInstanceOf(UserError.class)
        .hasMessage("lora.rank must be even for lora.start orthogonal, was 3");
    assertThatThrownBy(() -> product(LoraStart.PISSA, random(6, 4), 5))
        .isInstanceOf(UserError.class)
        .hasMessage("lora.rank must be <= 4 for lora.start pissa at a map of 4 to 6, was 5");
  }

  private static Lora lora(Targets targets, LoraStart start, boolean rslora, LoraForm form) {
    return new Lora(
        4,
        8,
        0,
        targets,
        Map.of("k_proj", 2),
        Map.of("v_proj", 4.0),
        List.of(),
        rslora,
        List.of(),
        form,
        start,
        false,
        1);
  }

  private static CausalLm llama() {
    return CausalLm.load(Golden.SHIPPED.resolve("llama").resolve("model"), Compute.CPU);
  }

  @Test
  void pissaIsSavedAsAPlainLoraOfTwiceTheRankAndTheSameScale() {
    for (boolean rslora : List.of(false, true)) {
      Lora lora = lora(new Targets.AllLinear(), LoraStart.PISSA, rslora, new LoraForm.Plain());
      try (CausalLm model = llama();
          Adapted<CausalLm> adapted = Adapted.attach(model, lora, 1)) {
        Lora written = (Lora) adapted.written();
        assertThat(written.start()).isEqualTo(LoraStart.KAIMING);
        assertThat(written.rank()).isEqualTo(8);
        assertThat(written.rankPattern()).isEqualTo(Map.of("k_proj", 4));
        for (Slot slot : adapted.places().keySet()) {
          assertThat(written.rankAt(slot.path())).isEqualTo(2 * lora.rankAt(slot.path()));
          assertThat(written.scaleAt(slot.path()))
              .isCloseTo(lora.scaleAt(slot.path()), within(1e-12));
        }
        assertThat(adapted.saved().get(0).value().get().size(0)).isEqualTo(8);
        // What was loaded is not written to, and the beginning is part of what a resumed run reads.
        assertThat(adapted.course().state()).hasSize(2 * adapted.places().size());
      }
    }
  }

  @Test
  void tablesHaveNoSuchStart() {
    Targets table = new Targets.Names(List.of("embed_tokens"));
    try (CausalLm model = llama()) {
      assertThatThrownBy(
              () ->
                  Adapted.attach(
                      model, lora(table, LoraStart.PISSA, false, new LoraForm.Plain()), 1))
          .isInstanceOf(UserError.class)
          .hasMessage(
              "lora.start pissa is for linear maps, and lora.targets [embed_tokens] match the"
                  + " table model.embed_tokens");
    }
  }

  @Test
  void aBiasGoesWithThePlainFormOnly() {
    assertThatThrownBy(
            () ->
                LoraFamilyCases.lora(new Targets.AllLinear(), new Dora(), LoraStart.KAIMING, true))
        .isInstanceOf(UserError.class)
        .hasMessage("lora.bias goes with form plain and start kaiming only");
  }

  /** LoRA+: only B's rate is a multiple. */
  @Test
  void theRateOfBIsItsOwn() {
    Lora plus =
        new Lora(
            4,
            8,
            0,
            new Targets.Names(List.of("q_proj", "embed_tokens")),
            Map.of(),
            Map.of(),
            List.of(0),
            false,
            List.of("lm_head"),
            new Dora(),
            LoraStart.KAIMING,
            false,
            16);
    try (CausalLm model = llama();
        Adapted<CausalLm> adapted = Adapted.attach(model, plus, 1)) {
      for (Parameter p : adapted.trainable()) {
        assertThat(adapted.rateOf(p))
            .as(p.name())
            .isEqualTo(p.name().endsWith("lora_B.weight") ? 16 : 1);
      }
    }
  }
}

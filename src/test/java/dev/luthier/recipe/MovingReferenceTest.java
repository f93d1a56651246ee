package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Full;
import dev.luthier.peft.Lora;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.junit.jupiter.api.Test;

class MovingReferenceTest {
  private static final Path MODEL = Golden.SHIPPED.resolve("llama/model");

  private static void set(Parameter of, double value) {
    try (AutoGradMode off = Ops.noGrad()) {
      of.value().fill_(Ops.scalar(value));
    }
  }

  private static float first(Parameter of) {
    return Ops.toFloats(of.value())[0];
  }

  /**
   * After steps 2 and 4, counted from 1: 0.6 of a policy at 1 and 0.4 of a reference at 0 is 0.6;
   * then 0.6 of a policy at 2 and 0.4 of 0.6 is 1.2 + 0.24 = 1.44.
   */
  @Test
  void movesByTheFormula() {
    try (Scope scope = new Scope();
        CausalLm model = CausalLm.load(MODEL, Compute.CPU);
        CausalLm reference = CausalLm.load(MODEL, Compute.CPU);
        Adapted<CausalLm> adapted = Adapted.attach(model, new Full(), 1)) {
      Course course =
          MovingReference.of(
              new ReferencePolicy.Copy(Optional.empty(), Optional.of(2), Optional.empty()),
              reference,
              adapted);
      Parameter policy = adapted.trainable().get(0);
      Parameter held = course.state().get(0);
      assertThat(held.name()).isEqualTo(policy.name());
      set(policy, 1);
      set(held, 0);
      course.afterStep(0, 4);
      assertThat(first(held)).isZero();
      course.afterStep(1, 4);
      assertThat(first(held)).isEqualTo(0.6f);
      set(policy, 2);
      course.afterStep(2, 4);
      course.afterStep(3, 4);
      assertThat(first(held)).isEqualTo(1.44f, within(1e-6f));
    }
  }

  /** The files' weights stay as they are. */
  @Test
  void refusesWhatCannotMove() {
    ReferencePolicy moving =
        new ReferencePolicy.Copy(Optional.empty(), Optional.of(2), Optional.of(1.0));
    assertThatThrownBy(() -> moving.check("dpo", Lora.of(4, 8)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("peft is lora, whose model stays; take peft: full");
    assertThatThrownBy(
            () -> new ReferencePolicy.Copy(Optional.empty(), Optional.empty(), Optional.of(0.5)))
        .hasMessageContaining("it never does; set sync_every");
    assertThatThrownBy(
            () -> new ReferencePolicy.Copy(Optional.empty(), Optional.of(1), Optional.of(1.5)))
        .hasMessageContaining("reference.copy.mix must be");
  }
}

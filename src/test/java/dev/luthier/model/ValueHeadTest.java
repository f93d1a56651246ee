package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.Golden;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValueHeadTest {
  @TempDir Path dir;
  private final Scope scope = new Scope();
  private final AutoGradMode off = Ops.noGrad();
  private final CausalLm model = CausalLm.load(Golden.SHIPPED.resolve("llama/model"), Compute.CPU);

  @AfterEach
  void free() {
    model.close();
    off.close();
    scope.close();
  }

  private Tensor states() {
    return model.hidden(Sequences.of(List.of(new int[] {5, 9, 11}, new int[] {7}), Compute.CPU));
  }

  @Test
  void everyTokenHasAValue() {
    // w = (2, 0, 0 ...), b = 1: twice the first number of a state, plus one
    try (ValueHead head = ValueHead.fresh(model, 1)) {
      head.parameters().get(0).value().zero_().narrow(1, 0, 1).fill_(Ops.scalar(2));
      head.parameters().get(1).value().fill_(Ops.scalar(1));
      float[] first = Ops.toFloats(states().select(1, 0));
      float[] values = Ops.toFloats(head.values(states()));
      assertThat(values).hasSize(4);
      for (int i = 0; i < 4; i++) {
        assertThat(values[i]).isCloseTo(2 * first[i] + 1, within(1e-5f));
      }
    }
  }

  @Test
  void aNewOneIsAFunctionOfTheSeed() {
    try (ValueHead one = ValueHead.fresh(model, 1);
        ValueHead same = ValueHead.fresh(model, 1);
        ValueHead other = ValueHead.fresh(model, 2)) {
      float[] values = Ops.toFloats(one.values(states()));
      assertThat(Ops.toFloats(same.values(states()))).isEqualTo(values);
      assertThat(Ops.toFloats(other.values(states()))).isNotEqualTo(values);
    }
  }

  @Test
  void savedAndLoadedItIsTheSameToTheBit() {
    try (ValueHead head = ValueHead.fresh(model, 1)) {
      head.save(dir);
      try (Safetensors file = Safetensors.open(dir.resolve("value_head.safetensors"));
          ValueHead again = ValueHead.load(dir, model)) {
        assertThat(file.infos().keySet())
            .containsExactlyInAnyOrder("v_head.summary.weight", "v_head.summary.bias");
        assertThat(Ops.toFloats(again.values(states())))
            .isEqualTo(Ops.toFloats(head.values(states())));
      }
    }
  }

  @Test
  void oneOfAnotherModelIsRefused() {
    assertThatThrownBy(() -> ValueHead.load(dir, model))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no value_head.safetensors");
    SafetensorsWriter.write(
        dir.resolve("value_head.safetensors"),
        Map.of("v_head.summary.weight", torch.zeros(1, 8), "v_head.summary.bias", torch.zeros(1)),
        SafetensorsWriter.PYTORCH);
    assertThatThrownBy(() -> ValueHead.load(dir, model))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("[1, 8]")
        .hasMessageContaining("[1, 64]");
  }
}

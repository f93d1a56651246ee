package dev.luthier.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ScopeTest {
  @Test
  void freesWhatWasMadeInIt() {
    Tensor made;
    Tensor between;
    try (Scope scope = new Scope()) {
      made = torch.ones(3);
      between = made.add(made);
      assertThat(between.isNull()).isFalse();
    }
    assertThat(made.isNull()).isTrue();
    assertThat(between.isNull()).isTrue();
  }

  @Test
  void whatIsKeptOutlivesIt() {
    Tensor kept;
    try (Scope scope = new Scope()) {
      kept = scope.keep(torch.ones(3));
    }
    assertThat(kept.sum().item_double()).isEqualTo(3);
    Scope.free(kept);
    assertThat(kept.isNull()).isTrue();
  }

  @Test
  void theInnermostOneOwns() {
    try (Scope outer = new Scope()) {
      Tensor outside = torch.ones(3);
      Tensor inside;
      try (Scope inner = new Scope()) {
        inside = torch.ones(3);
      }
      assertThat(inside.isNull()).isTrue();
      assertThat(outside.isNull()).isFalse();
    }
  }

  @Test
  void anOwnerInAScopeKeepsItsTensor() {
    Parameter parameter;
    try (Scope scope = new Scope()) {
      parameter = new Parameter("w", torch.ones(3));
    }
    assertThat(Ops.toFloats(parameter.value())).containsExactly(1, 1, 1);
    parameter.close();
    assertThat(parameter.value().isNull()).isTrue();
  }
}

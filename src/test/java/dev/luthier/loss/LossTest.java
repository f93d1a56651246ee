package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class LossTest {
  @Test
  void aTotalAloneHasNoTerms() {
    try (Scope scope = new Scope()) {
      Tensor total = torch.zeros(1);
      Loss loss = Loss.of(total);
      assertThat(loss.total()).isSameAs(total);
      assertThat(loss.terms()).isEmpty();
    }
  }
}

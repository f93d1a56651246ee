package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.tensor.Scope;
import java.util.List;
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

  @Test
  void partsAddUp() {
    try (Scope scope = new Scope()) {
      Loss one = new Loss(torch.ones(1), List.of(new Loss.Term("a", torch.ones(1))));
      Loss two =
          new Loss(
              torch.ones(1),
              List.of(new Loss.Term("b", torch.zeros(1)), new Loss.Term("a", torch.ones(1))));
      Loss sum = one.plus(two);
      assertThat(sum.total().item_double()).isEqualTo(2);
      assertThat(sum.terms()).extracting(Loss.Term::name).containsExactly("a", "b");
      assertThat(PairExample.term(sum, "a")).isEqualTo(2);
    }
  }
}

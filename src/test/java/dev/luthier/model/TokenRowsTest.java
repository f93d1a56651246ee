package dev.luthier.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.Golden;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three more tokens: the old ones are scored as before, and each new one, whose row is the mean of
 * the old rows, is scored by the mean of the old scores, for a head is linear.
 */
class TokenRowsTest {
  private static final int MORE = 3;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama3", "gpt2", "gpt_neox", "opt"}) // tied and not
  void oldTokensKeepTheirScores(String family, @TempDir Path dir) {
    try (CausalLm model = CausalLm.load(Golden.SHIPPED.resolve(family + "/model"), Compute.CPU);
        Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      int old = model.config().vocabSize();
      model.save(dir, ScalarType.Float, old + MORE);
      try (CausalLm wider = CausalLm.load(dir, Compute.CPU)) {
        assertThat(wider.config().vocabSize()).isEqualTo(old + MORE);
        assertThat(wider.tied()).isEqualTo(model.tied());
        Sequences text = Sequences.of(List.of(new int[] {5, 9, 17}), Compute.CPU);
        Tensor before = model.logits(model.hidden(text)); // (3, V)
        Tensor after = wider.logits(wider.hidden(text)); // (3, V + 3)
        same(after.narrow(1, 0, old), before);
        Tensor mean = before.mean(new long[] {1}, true, new ScalarTypeOptional());
        same(after.narrow(1, old, MORE), mean.expand(3, MORE));
      }
    }
  }

  @Test
  void aMaskedModelHasABiasForEachToken(@TempDir Path dir) {
    try (Model model = Models.load(Golden.SHIPPED.resolve("bert_mlm/model"), Compute.CPU)) {
      model.save(dir, ScalarType.Float, 320 + MORE);
      try (Model wider = Models.load(dir, Compute.CPU)) {
        assertThat(wider.parameters().stream().map(p -> Ops.shape(p.value())[0]))
            .filteredOn(rows -> rows == 323)
            .hasSize(2); // the table, which the head shares, and the bias
      }
    }
  }

  private static void same(Tensor a, Tensor b) {
    assertThat(a.sub(b).abs().max().item_double()).isLessThan(1e-5);
  }
}

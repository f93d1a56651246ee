package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.loss.BcoPair;
import dev.luthier.loss.Convex;
import dev.luthier.loss.Divergence;
import dev.luthier.loss.Dpo;
import dev.luthier.loss.Gpo;
import dev.luthier.loss.JavaFunction;
import dev.luthier.loss.LabelledLoss;
import dev.luthier.loss.Mixture;
import dev.luthier.loss.Nll;
import dev.luthier.loss.PairLoss;
import dev.luthier.loss.Per;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** The losses of preferences as a recipe writes them. */
class LossKeysTest {
  private static final String NAMES =
      "dpo hinge ipo exo_pair nca_pair robust bco_pair sppo_hard aot aot_unpaired apo_zero apo_down"
          + " discopop gpo cpo simpo alphapo orpo nll mixture";

  record Holder(@Doc("a loss") PairLoss loss) {}

  /** exp(-u). */
  public static final class Own implements UnaryOperator<Tensor> {
    @Override
    public Tensor apply(Tensor u) {
      return u.neg().exp();
    }
  }

  private static PairLoss read(String yaml) {
    Binder binder = new Binder(Holder.class, UnaryOperator.identity());
    return ((Holder) binder.bind(Holder.class, Yaml.parse("loss: " + yaml), "")).loss();
  }

  /** The name alone is enough for all but a mixture. */
  @Test
  void namesAlone() {
    for (Map.Entry<String, Schema.Variant> variant : Schema.variants(PairLoss.class).entrySet()) {
      if (variant.getValue().record() != Mixture.class) {
        assertThat(read(variant.getKey())).isInstanceOf(variant.getValue().record());
      }
    }
    assertThat(Schema.variants(PairLoss.class).keySet()).contains(NAMES.split(" "));
    assertThat(Schema.variants(LabelledLoss.class).keySet()).containsExactly("kto", "bco", "gpo");
  }

  @Test
  void keys() {
    String divergence = "divergence: { alpha_divergence: { alpha: 0.3 } }";
    assertThat(read("{ dpo: { beta: 0.2, %s, per: token } }".formatted(divergence)))
        .isEqualTo(new Dpo(0.2, 0, new Divergence.AlphaDivergence(0.3), Per.TOKEN));
    assertThat(read("{ mixture: { losses: [dpo, bco_pair, nll], weights: [0.8, 0.2, 1] } }"))
        .isEqualTo(
            new Mixture(
                List.of(new Dpo(0.1), new BcoPair(0.1), new Nll()), List.of(0.8, 0.2, 1.0)));
    assertThat(read("{ gpo: { f: truncated_quadratic } }"))
        .isEqualTo(new Gpo(new Convex.TruncatedQuadratic(), 0.1));
    assertThat(read("{ gpo: { f: { java: %s } } }".formatted(Own.class.getName())))
        .isEqualTo(new Gpo(new JavaFunction(Own.class.getName()), 0.1));
  }

  @Test
  void whatOthersCallThem() {
    assertThatThrownBy(() -> read("sigmoid"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("did you mean loss.dpo?");
    assertThatThrownBy(() -> read("{ dpo: { bta: 0.2 } }"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("did you mean loss.dpo.beta?");
    assertThatThrownBy(() -> read("{ dpo: { beta: -0.1 } }"))
        .isInstanceOf(UserError.class)
        .hasMessage("dpo.beta must be > 0, was -0.1");
  }
}

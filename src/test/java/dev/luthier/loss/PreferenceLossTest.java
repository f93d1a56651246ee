package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PreferenceLossTest {
  /** Pairs are one way to judge, labels the other; gpo alone learns from both. */
  @Test
  void pairsOrLabels() {
    PreferenceLoss gpo = new Gpo(new Convex.Logistic(), 0.1);
    assertThat(gpo).isInstanceOf(PairLoss.class).isInstanceOf(LabelledLoss.class);
    PreferenceLoss dpo = new Dpo(0.1);
    assertThat(dpo).isInstanceOf(PairLoss.class).isNotInstanceOf(LabelledLoss.class);
    PreferenceLoss kto = new Kto(0.1, 1, 1);
    assertThat(kto).isInstanceOf(LabelledLoss.class).isNotInstanceOf(PairLoss.class);
  }
}

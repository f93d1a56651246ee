package dev.luthier.loss;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class GroupLossTest {
  /** As the papers have it: GRPO by the group, Dr. GRPO without scale, RLOO without oneself. */
  @Test
  void comparesAsItsPaperDoes() {
    assertThat(new Grpo(0.2, Optional.empty(), Optional.empty(), RatioLevel.TOKEN).advantage())
        .isEqualTo(new GroupAdvantage(Baseline.GROUP, ScaleRewards.GROUP));
    assertThat(new Rloo(0.2, Optional.empty()).advantage())
        .isEqualTo(new GroupAdvantage(Baseline.LEAVE_ONE_OUT, ScaleRewards.NONE));
    assertThat(new Reinforce().advantage())
        .isEqualTo(new GroupAdvantage(Baseline.BATCH, ScaleRewards.NONE));
  }
}

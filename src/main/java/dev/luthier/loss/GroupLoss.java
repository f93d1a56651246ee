package dev.luthier.loss;

import dev.luthier.doc.Doc;

/** Losses that need no value model: what an answer's reward is compared with are other answers. */
@Doc("What sampled answers teach that are compared with each other (docs/rl.md)")
public sealed interface GroupLoss extends PolicyLoss
    permits Grpo, Bnpo, Dapo, DrGrpo, Gspo, Luspo, Rloo, Cispo, Sapo, Vespo, Reinforce {
  /** What it compares rewards with where nothing else is said. */
  default GroupAdvantage advantage() {
    return new GroupAdvantage(Baseline.GROUP, ScaleRewards.GROUP);
  }
}

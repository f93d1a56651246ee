package dev.luthier.recipe;

import dev.luthier.reward.Asked;
import dev.luthier.reward.Reward;

/** A reward that reads tokens, of which it takes only so many. */
interface TokenReward extends Reward {
  /** Whether a prompt with its answer is short enough. */
  boolean takes(Asked answer);
}

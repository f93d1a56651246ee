package dev.luthier.peft;

import dev.luthier.model.Projection;
import dev.luthier.model.Stored;

/** What stands in for a loaded map while an adapter is on. */
interface Adaptation extends Projection {
  /** The plain map that computes the same, over new weights which the caller owns. */
  Stored merged();
}

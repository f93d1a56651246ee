package dev.luthier.peft;

import dev.luthier.model.Projection;
import dev.luthier.model.Stored;

/** What stands in for a loaded map while an adapter is on. */
interface Adaptation extends Projection {
  /** The plain map that computes the same, over new weights which the caller owns. */
  Stored merged();

  /** One that can stand on another method's. */
  interface Layered extends Adaptation {
    /** The loaded map, or what another method made of it. */
    Projection inner();
  }

  /** A copy of a loaded map, or of what an adaptation merges to, to be changed in place. */
  static Stored copyOf(Projection inner) {
    return inner instanceof Adaptation other ? other.merged() : ((Stored) inner).copy("merged");
  }
}

package dev.luthier.model;

import dev.luthier.tensor.Sequences;
import dev.luthier.tensor.Shared;
import java.util.Arrays;

/**
 * The call that a stack of layers is computing: how long its sequences are, which lie end to end.
 * What sits between layers sees N tokens; this says whose they are.
 */
public final class Call {
  private int[] lengths = {};
  private Shared shared = Shared.NOTHING;

  /** Sequences of these lengths. */
  void begin(int[] of) {
    lengths = of;
    shared = Shared.NOTHING;
  }

  void begin(Sequences of) {
    lengths = of.lengths();
    shared = of.shared();
  }

  /** How many sequences there are. */
  public int sequences() {
    return lengths.length;
  }

  /** What belongs to each token, of what belongs to each sequence, (N). */
  public long[] spread(long[] ofSequences) {
    long[] out = new long[Arrays.stream(lengths).sum()];
    for (int b = 0, at = 0; b < lengths.length; at += lengths[b++]) {
      Arrays.fill(out, at, at + lengths[b], ofSequences[b]);
    }
    return shared.once(out);
  }
}

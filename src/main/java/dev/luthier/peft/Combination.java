package dev.luthier.peft;

import dev.luthier.doc.Doc;
import java.util.Locale;

/** How several LoRA adapters become one; the names are those of PEFT's add_weighted_adapter. */
@Doc("How adapters are combined")
public enum Combination {
  /** Weighted sums of the factors, A and B each by itself. */
  LINEAR(On.FACTORS, Kept.ALL, Elected.ALL),
  /** Factors side by side: exactly the weighted sum of the deltas, of rank r1 + r2 + ... */
  CAT(On.FACTORS, Kept.ALL, Elected.ALL),
  /** The weighted sum of the deltas, cut to a rank. */
  SVD(On.DELTAS, Kept.ALL, Elected.ALL),
  MAGNITUDE_PRUNE(On.FACTORS, Kept.LARGEST, Elected.ALL),
  MAGNITUDE_PRUNE_SVD(On.DELTAS, Kept.LARGEST, Elected.ALL),
  /** DARE, Yu et al. 2023 (arXiv 2311.03099). */
  DARE_LINEAR(On.FACTORS, Kept.RANDOM, Elected.ALL),
  DARE_LINEAR_SVD(On.DELTAS, Kept.RANDOM, Elected.ALL),
  /** TIES, Yadav et al. 2023 (arXiv 2306.01708). */
  TIES(On.FACTORS, Kept.LARGEST, Elected.MAJORITY),
  TIES_SVD(On.DELTAS, Kept.LARGEST, Elected.MAJORITY),
  DARE_TIES(On.FACTORS, Kept.RANDOM, Elected.MAJORITY),
  DARE_TIES_SVD(On.DELTAS, Kept.RANDOM, Elected.MAJORITY);

  /** What is summed. */
  enum On {
    FACTORS,
    DELTAS
  }

  /** Which values of a summand count. */
  enum Kept {
    ALL,
    LARGEST,
    RANDOM
  }

  /** Which summands count for a value. */
  enum Elected {
    ALL,
    MAJORITY
  }

  final On on;
  final Kept kept;
  final Elected elected;

  Combination(On on, Kept kept, Elected elected) {
    this.on = on;
    this.kept = kept;
    this.elected = elected;
  }

  /** Whether a share of the values to keep has to be said. */
  public boolean prunes() {
    return kept != Kept.ALL;
  }

  /** The name as it is typed: dare-ties. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

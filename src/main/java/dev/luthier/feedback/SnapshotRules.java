package dev.luthier.feedback;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;

/** How accepted feedback becomes rows to train on. */
@Doc("How accepted feedback becomes rows to train on")
public record SnapshotRules(
    @Doc("share of the prompts that are kept to measure on; a prompt never changes sides")
        @Default("0.1")
        double holdout,
    @Doc("feedback of a smaller weight is not learnt from, 0 to 1") @Default("0.05")
        double leastWeight,
    @Doc(
            "by how much two answers to one prompt must differ in thumbs and ratings, brought to 0 to 1, to become a pair")
        @Default("0.25")
        double gap,
    @Doc("whether a pair says how probable it is that its first answer is better, by the votes")
        @Default("false")
        boolean softLabels) {
  public SnapshotRules {
    Check.below("snapshot.holdout", 0, 1, holdout);
    Check.within("snapshot.least_weight", 0, 1, leastWeight);
    Check.above("snapshot.gap", 0, gap);
    Check.within("snapshot.gap", 0, 1, gap);
  }

  public static SnapshotRules standard() {
    return new SnapshotRules(0.1, 0.05, 0.25, false);
  }
}

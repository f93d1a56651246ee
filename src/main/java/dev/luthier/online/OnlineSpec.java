package dev.luthier.online;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.feedback.SnapshotRules;
import java.nio.file.Path;
import java.util.Optional;

/** When and how a model learns from the feedback that it gets. */
@Doc("The cycle that learns from feedback (docs/online.md)")
public record OnlineSpec(
    @Doc("A cycle begins after so much feedback; unset: not by count") Optional<After> after,
    @Doc(
            "A cycle begins when the last one began so long ago, if there is feedback; unset: not by time")
        Optional<Age> every,
    @Doc(
            "How the policy is tuned: by preferences (dpo, ipo, kto, gpo, orpo ...) or rewards (grpo, ppo)")
        Draft tune,
    @Doc(
            "A reward model, trained on from the last one; `${reward.adapter}` is its adapter in `tune`"
                + " and `gate`; unset: none")
        Optional<Draft> reward,
    @Doc("The fewest rows that a cycle learns from; with fewer it is refused") @Default("16")
        int least,
    @Doc(
            "Rows of earlier cycles that are learnt again, against forgetting: so many for each new one")
        @Default("0.5")
        double replay,
    @Doc("How accepted feedback becomes rows; what is held out is for the gate") @Default("{}")
        SnapshotRules snapshot,
    @Doc(
            "Questions of the store whose answers are known, for the filter: lines of JSON with"
                + " `answer`, `other` (empty where an answer is judged alone) and `better`; unset: none")
        Optional<Path> questions,
    @Doc("What a version must show before it may answer") @Default("{}") Gate gate,
    @Doc("A trial on a part of the traffic; unset: a version that passed the gate answers at once")
        Optional<CanarySpec> canary,
    @Doc("Who lets a version answer that has passed: `gate`, by itself, or `hand`") @Default("gate")
        Promote promote,
    @Doc("How many of the newest versions are kept, beside those that answer") @Default("10")
        int keep,
    @Doc("Of all draws, and of trainings that name none") @Default("42") long seed) {

  /** Who promotes. */
  public enum Promote {
    GATE,
    HAND
  }

  /** So much. */
  @Doc("After how much feedback a cycle begins")
  public record After(
      @Doc("Pieces of feedback that no cycle has seen, quarantined and rejected ones left out")
          int feedback) {
    public After {
      Check.atLeast("online.after.feedback", 1, feedback);
    }
  }

  public OnlineSpec {
    Check.atLeast("online.least", 1, least);
    Check.atLeast("online.replay", 0.0, replay);
    Check.atLeast("online.keep", 1, keep);
  }
}

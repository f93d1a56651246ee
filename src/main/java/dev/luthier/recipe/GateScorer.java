package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.UserError;
import dev.luthier.reward.Gate;
import dev.luthier.reward.Reward;

/** A scorer behind another one. */
@Name("gate")
@Doc("A score that an answer gets only if another one is high enough")
record GateScorer(
    @Doc(
            value = "The scorer that decides",
            elsewhere = {"if"})
        Scorer when,
    @Doc("The least score by it that opens the gate") @Default("1") double atLeast,
    @Doc("The scorer behind the gate; it is asked about those that pass alone") Scorer then,
    @Doc(
            value = "What an answer is worth that does not pass",
            elsewhere = {"else"})
        @Default("0")
        double otherwise)
    implements Scorer {
  @Override
  public Reward open(String device) {
    Reward decides = when.open(device);
    try {
      return new Gate(decides, atLeast, then.open(device), otherwise);
    } catch (UserError e) {
      decides.close();
      throw e;
    }
  }

  @Override
  public boolean bounded() {
    return then.bounded() && otherwise >= 0 && otherwise <= 1;
  }

  @Override
  public boolean scoresWritten() {
    return when.scoresWritten() && then.scoresWritten();
  }
}

package dev.luthier.online;

import dev.luthier.error.Check;
import java.nio.file.Path;

/**
 * A simulated month.
 *
 * @param model that begins, before it is tuned for chats
 * @param data a folder with sft-train.jsonl and sft-eval.jsonl
 * @param output where everything is written
 * @param seed of everything that is drawn
 * @param cycles of collecting and learning
 * @param adversaries the share of raters who are not honest
 * @param raters how many there are
 * @param votes of an honest rater in a cycle, in the mean
 * @param eagerness how many times as many an adversary gives
 * @param gold the share of questions whose answer is known
 * @param pairs that are compared in a cycle
 * @param heldOut prompts of the true score
 * @param beginning steps of the first tuning
 */
public record MonthPlan(
    Path model,
    Path data,
    Path output,
    long seed,
    int cycles,
    double adversaries,
    int raters,
    int votes,
    double eagerness,
    double gold,
    int pairs,
    int heldOut,
    int beginning) {
  static final double DAYS = 30;

  public MonthPlan {
    Check.atLeast("--cycles", 1, cycles);
    Check.below("--adversaries", 0, 1, adversaries);
    Check.atLeast("--raters", 2, raters);
    Check.atLeast("--votes", 1, votes);
    Check.above("--eagerness", 0, eagerness);
    Check.below("--gold", 0, 1, gold);
    Check.atLeast("--pairs", 2, pairs);
    Check.atLeast("--held-out", 2, heldOut);
    Check.atLeast("--beginning", 1, beginning);
  }

  double cycleDays() {
    return DAYS / cycles;
  }
}

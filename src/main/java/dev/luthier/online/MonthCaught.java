package dev.luthier.online;

import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Standing;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How well a filter tells adversaries from honest raters: by votes that it did not accept.
 *
 * @param stopped votes that were not accepted
 * @param stoppedBad of these, adversaries'
 * @param bad adversaries' votes
 * @param weight the share of adversaries in the weight of all accepted votes
 */
record MonthCaught(long stopped, long stoppedBad, long bad, double weight) {
  static final MonthCaught NOTHING = new MonthCaught(0, 0, 0, Double.NaN);

  /** Of some votes, which the decisions may be about. */
  static MonthCaught of(
      List<Judged> votes, Map<String, Decision> decisions, Predicate<String> honest) {
    long stopped = 0;
    long stoppedBad = 0;
    long bad = 0;
    double weight = 0;
    double weightBad = 0;
    for (Judged vote : votes) {
      Decision decision = decisions.get(vote.feedback().id());
      if (decision == null) {
        continue;
      }
      boolean accepted = decision.standing() == Standing.ACCEPTED;
      boolean isBad = !honest.test(vote.feedback().rater());
      stopped += accepted ? 0 : 1;
      stoppedBad += !accepted && isBad ? 1 : 0;
      bad += isBad ? 1 : 0;
      weight += accepted ? decision.weight() : 0;
      weightBad += accepted && isBad ? decision.weight() : 0;
    }
    return new MonthCaught(stopped, stoppedBad, bad, weight == 0 ? Double.NaN : weightBad / weight);
  }

  /** Of what was stopped, the share that is an adversary's; unknown where nothing was. */
  double precision() {
    return stopped == 0 ? Double.NaN : stoppedBad / (double) stopped;
  }

  /** Of adversaries' votes, the share that was stopped; unknown where there are none. */
  double recall() {
    return bad == 0 ? Double.NaN : stoppedBad / (double) bad;
  }
}

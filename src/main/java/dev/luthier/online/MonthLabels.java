package dev.luthier.online;

import dev.luthier.feedback.Decision;
import dev.luthier.feedback.Judged;
import dev.luthier.feedback.Said;
import dev.luthier.feedback.Standing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is learnt of the pairs of a cycle: the one that more weight chose is the chosen one, and the
 * share of the weight is how sure that is. Pairs without accepted votes, or with as much weight on
 * both sides, are left out, and so are questions whose answer was known.
 *
 * @param pairs the chosen answer first
 * @param probabilities that the first is better
 */
record MonthLabels(List<SimulatedPair> pairs, List<Boolean> first, List<Double> probabilities) {

  static MonthLabels of(
      List<SimulatedPair> pairs, List<Judged> votes, Map<String, Decision> decisions) {
    Map<String, double[]> weights = new HashMap<>(); // for an answer's pair: first, all
    for (Judged vote : votes) {
      Decision decision = decisions.get(vote.feedback().id());
      if (decision != null
          && decision.standing() == Standing.ACCEPTED
          && vote.feedback().said() instanceof Said.Choice choice) {
        String answer = vote.feedback().answer();
        String pair = answer.substring(0, answer.length() - 1);
        boolean first = answer.endsWith("a") == (choice.preferred() == Said.Preferred.THIS);
        double[] of = weights.computeIfAbsent(pair, p -> new double[2]);
        of[0] += first ? decision.weight() : 0;
        of[1] += decision.weight();
      }
    }
    MonthLabels out = new MonthLabels(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (SimulatedPair pair : pairs) {
      double[] of = weights.getOrDefault(pair.id(), new double[2]);
      double share = of[1] > 0 ? of[0] / of[1] : 0.5;
      if (!pair.gold() && Math.abs(share - 0.5) > 1e-9) {
        out.pairs.add(pair);
        out.first.add(share > 0.5);
        out.probabilities.add(Math.max(share, 1 - share));
      }
    }
    return out;
  }

  List<String> rows() {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      SimulatedPair pair = pairs.get(i);
      String chosen = first.get(i) ? pair.a() : pair.b();
      String rejected = first.get(i) ? pair.b() : pair.a();
      out.add(pair.prompt().preferred(chosen, rejected, probabilities.get(i)));
    }
    return out;
  }

  /** The share whose chosen answer is the one that is liked better. */
  double agreed(SimulatedTaste taste) {
    int right = 0;
    for (int i = 0; i < pairs.size(); i++) {
      right += first.get(i) == pairs.get(i).margin(taste) > 0 ? 1 : 0;
    }
    return pairs.isEmpty() ? Double.NaN : right / (double) pairs.size();
  }
}

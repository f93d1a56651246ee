package dev.luthier.rater;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * Raters who agree more than they can by knowing the truth alone. Where the truth of a question is
 * known, raters err independently of each other; so two of them, a and b, agree on question j with
 *
 * <pre>
 * q_j = mu_j (a_a a_b + (1 - a_a)(1 - a_b)) + (1 - mu_j)(b_a b_b + (1 - b_a)(1 - b_b))
 * z = (agreements - 1/2 - sum_j q_j) / sqrt(sum_j q_j (1 - q_j))
 * </pre>
 *
 * with mu_j the probability of a yes by the votes of all others, so that a pair does not vouch for
 * itself. Questions differ in how hard they are, which makes all raters agree a little more than
 * this says; so z is measured from its median over all pairs, in units of its spread there where
 * that is above 1 (an empirical null, Efron 2004, Large-Scale Simultaneous Hypothesis Testing). p =
 * 1 - Phi(z), times the number of pairs (Bonferroni), has to be below the level. Pairs that are
 * found are joined to groups.
 */
@Doc("When raters are taken to act together")
public record Collusion(
    @Doc("The probability of finding any pair among raters who are independent") @Default("0.01")
        double level,
    @Doc("How much more often than expected a pair has to agree, as a share of what both answered")
        @Default("0.1")
        double excess,
    @Doc("The fewest questions that both answered") @Default("10") int shared) {
  private static final int MANY = 20; // pairs that have a median
  private static final double NORMAL = 1.4826; // deviation of a normal distribution, in medians

  public Collusion {
    Check.above("filter.collusion.level", 0, level);
    Check.below("filter.collusion.level", 0, 1, level);
    Check.within("filter.collusion.excess", 0, 1, excess);
    Check.atLeast("filter.collusion.shared", 2, shared);
  }

  /**
   * Two raters, of whom the first has the smaller number.
   *
   * @param shared questions that both answered
   * @param agreed how many alike
   * @param expected how many of independent raters
   * @param variance of these
   */
  record Pair(int a, int b, int shared, int agreed, double expected, double variance) {
    double z() {
      return (agreed - 0.5 - expected) / Math.sqrt(Math.max(variance, 1e-9));
    }

    private Pair plus(boolean same, double q) {
      return new Pair(
          a, b, shared + 1, agreed + (same ? 1 : 0), expected + q, variance + q * (1 - q));
    }

    Pair with(Pair o) {
      return new Pair(
          a, b, shared + o.shared, agreed + o.agreed, expected + o.expected, variance + o.variance);
    }
  }

  /**
   * A pair that was found.
   *
   * @param p after correction for the number of pairs
   */
  record Suspect(Pair pair, double p) {}

  /** What some votes and what was found of them say of all pairs. */
  static Map<List<Integer>, Pair> pairs(Votes votes, DawidSkene.Found found) {
    Map<Integer, List<Vote>> by = new TreeMap<>();
    votes.votes().forEach(v -> by.computeIfAbsent(v.question(), q -> new ArrayList<>()).add(v));
    Map<List<Integer>, Pair> out = new TreeMap<>(Collusion::order);
    for (List<Vote> on : by.values()) {
      for (Vote v : on) {
        for (Vote w : on) {
          if (v.rater() < w.rater()) {
            double q = agreement(v, w, found);
            out.merge(
                List.of(v.rater(), w.rater()),
                new Pair(v.rater(), w.rater(), 0, 0, 0, 0).plus(v.yes() == w.yes(), q),
                Pair::with);
          }
        }
      }
    }
    return out;
  }

  private static int order(List<Integer> a, List<Integer> b) {
    int c = Integer.compare(a.get(0), b.get(0));
    return c != 0 ? c : Integer.compare(a.get(1), b.get(1));
  }

  private static double agreement(Vote v, Vote w, DawidSkene.Found found) {
    Confusion a = found.raters()[v.rater()];
    Confusion b = found.raters()[w.rater()];
    double own = v.moves() * a.evidence(v.yes()) + w.moves() * b.evidence(w.yes());
    double odds = found.odds()[v.question()] - (found.known()[v.question()] ? 0 : own);
    double truth = DawidSkene.sigmoid(odds);
    double yes = a.sensitivity() * b.sensitivity() + (1 - a.sensitivity()) * (1 - b.sensitivity());
    double no = a.specificity() * b.specificity() + (1 - a.specificity()) * (1 - b.specificity());
    return truth * yes + (1 - truth) * no;
  }

  /** Of all pairs those that agree too often. */
  List<Suspect> suspects(List<Pair> all) {
    List<Pair> pairs = all.stream().filter(p -> p.shared() >= shared).toList();
    double[] z = pairs.stream().mapToDouble(Pair::z).toArray();
    double middle = z.length < MANY ? 0 : Math.max(0, Texts.median(z));
    double spread =
        z.length < MANY
            ? 1
            : Math.max(
                1,
                NORMAL * Texts.median(Arrays.stream(z).map(v -> Math.abs(v - middle)).toArray()));
    NormalDistribution normal = new NormalDistribution(null, 0, 1);
    List<Suspect> out = new ArrayList<>();
    for (int i = 0; i < z.length; i++) {
      Pair pair = pairs.get(i);
      double p = normal.cumulativeProbability(-(z[i] - middle) / spread) * z.length;
      if (p < level && pair.agreed() - pair.expected() >= excess * pair.shared()) {
        out.add(new Suspect(pair, p));
      }
    }
    return out;
  }
}

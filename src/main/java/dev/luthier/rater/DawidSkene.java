package dev.luthier.rater;

import java.util.Arrays;

/**
 * Who rates reliably, and what is true, found together from votes alone: Dawid and Skene 1979,
 * Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm (Applied Statistics
 * 28), for two classes, with the Beta priors of Raykar et al. 2010, Learning From Crowds (JMLR 11,
 * section 2.4).
 *
 * <pre>
 * E: mu_j = sigma(log(pi / (1 - pi)) + sum_i m_ij e_i(y_ij)),  e_i(1) = log(a_i / (1 - b_i)),
 *                                                            e_i(0) = log((1 - a_i) / b_i)
 * M: a_i = (n p + sum_j c_ij mu_j y_ij) / (n + sum_j c_ij mu_j)
 *    b_i = (n p + sum_j c_ij (1 - mu_j) (1 - y_ij)) / (n + sum_j c_ij (1 - mu_j))
 *    pi  = (k + sum_j mu_j) / (2 k + J)
 * </pre>
 *
 * with y_ij the vote of rater i on question j, a_i and b_i its sensitivity and specificity, mu_j
 * the probability that the truth of j is yes, n p of n votes right before any was seen, k = {@value
 * #BALANCE} votes of each side before any question. c_ij and m_ij are 1 in the papers; here a vote
 * counts less for its rater as it ages, and less for its question where a newer one answers it, so
 * that raters who follow a truth that moves are not found wrong by it. Known truths hold mu_j. It
 * begins with the E step of the prior, the vote of the majority.
 *
 * @param prior of every rater
 */
record DawidSkene(Prior prior) {
  private static final double BALANCE = 10;
  private static final int MOST = 200;
  private static final double CLOSE = 1e-9;
  private static final double FARTHEST = 30; // log-odds; beyond, a double knows 1 alone

  /**
   * What was found.
   *
   * @param raters how each rater errs
   * @param odds log-odds of a yes to each question
   * @param known whether the truth of each was known
   * @param rounds of EM
   */
  record Found(Confusion[] raters, double[] odds, boolean[] known, int rounds) {

    /** The probability of a yes. */
    double truth(int question) {
      return sigmoid(odds[question]);
    }
  }

  Found of(Votes votes) {
    Confusion[] raters = new Confusion[votes.raters()];
    Arrays.fill(raters, prior.confusion());
    double[] odds = truths(votes, raters, 0);
    int round = 0;
    for (double change = 1; change > CLOSE && round < MOST; round++) {
      double[] truths = Arrays.stream(odds).map(DawidSkene::sigmoid).toArray();
      raters = raters(votes, truths);
      odds = truths(votes, raters, base(votes, truths));
      change = change(truths, odds);
    }
    boolean[] known = new boolean[votes.questions()];
    for (int j = 0; j < known.length; j++) {
      known[j] = votes.known()[j] != null;
    }
    return new Found(raters, odds, known, round);
  }

  /** The E step, Raykar et al. eq. 5. */
  static double[] truths(Votes votes, Confusion[] raters, double base) {
    double[] odds = new double[votes.questions()];
    Arrays.fill(odds, base);
    for (Vote vote : votes.votes()) {
      odds[vote.question()] += vote.moves() * raters[vote.rater()].evidence(vote.yes());
    }
    for (int j = 0; j < odds.length; j++) {
      Boolean known = votes.known()[j];
      odds[j] = known == null ? odds[j] : known ? FARTHEST : -FARTHEST;
    }
    return odds;
  }

  /** The M step, eqs. 8 and 9: means of the posterior's Beta distributions. */
  Confusion[] raters(Votes votes, double[] truths) {
    double[][] seen = new double[votes.raters()][4];
    for (Vote vote : votes.votes()) {
      double[] s = seen[vote.rater()];
      double yes = vote.counts() * truths[vote.question()];
      double no = vote.counts() * (1 - truths[vote.question()]);
      s[0] += vote.yes() ? yes : 0;
      s[1] += yes;
      s[2] += vote.yes() ? 0 : no;
      s[3] += no;
    }
    double n = prior.votes();
    double right = n * prior.accuracy();
    return Arrays.stream(seen)
        .map(
            s ->
                new Confusion(
                    (right + s[0]) / (n + s[1]), (right + s[2]) / (n + s[3]), n + s[1], n + s[3]))
        .toArray(Confusion[]::new);
  }

  /** Log-odds of pi; questions that nobody answered say nothing about it. */
  private static double base(Votes votes, double[] truths) {
    boolean[] asked = new boolean[truths.length];
    votes.votes().forEach(v -> asked[v.question()] = true);
    double yes = BALANCE;
    double no = BALANCE;
    for (int j = 0; j < truths.length; j++) {
      if (asked[j]) {
        yes += truths[j];
        no += 1 - truths[j];
      }
    }
    return Math.log(yes / no);
  }

  private static double change(double[] truths, double[] odds) {
    double most = 0;
    for (int j = 0; j < odds.length; j++) {
      most = Math.max(most, Math.abs(truths[j] - sigmoid(odds[j])));
    }
    return most;
  }

  static double sigmoid(double odds) {
    return 1 / (1 + Math.exp(-Math.max(-FARTHEST, Math.min(FARTHEST, odds))));
  }
}

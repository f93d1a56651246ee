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
 * M: a_i = (n p + sum_j w_ij mu_j y_ij) / (n + sum_j w_ij mu_j)
 *    b_i = (n p + sum_j w_ij (1 - mu_j) (1 - y_ij)) / (n + sum_j w_ij (1 - mu_j))
 *    pi  = (k + sum_j mu_j) / (2 k + J),    w_ij = c_ij |2 sigma(sum_{k != i} m_kj e_k(y_kj)) - 1|
 * </pre>
 *
 * with y_ij the vote of rater i on question j, a_i and b_i its sensitivity and specificity, mu_j
 * the probability that the truth of j is yes, n p of n votes right before any was seen, k = {@value
 * #BALANCE} votes of each side before any question. w_ij and m_ij are 1 in the papers. Here a vote
 * counts less for its rater as it ages (c_ij), and less for its question where a newer one answers
 * it (m_ij), so that raters who follow a truth that moves are not found wrong by it. And it counts
 * for its rater as far as others know the answer: else whoever answers alone would be measured by
 * what was guessed from their own votes, and who likes all that they see be found to know nothing.
 * The expected share stays the same, since a vote is independent of the others' given the truth.
 * Known truths hold mu_j, and w_ij is a few times c_ij there: what most say can be brought about by
 * many, what is known cannot. It begins with the M step of what is known alone, and without that
 * with the E step of the prior, the vote of the majority.
 *
 * @param prior of every rater
 * @param gold how many votes one on a question of known answer is worth for its rater
 */
record DawidSkene(Prior prior, double gold) {
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
    double base = 0;
    Confusion[] raters = begin(votes);
    double[] odds = truths(votes, raters, base);
    int round = 0;
    for (double change = 1; change > CLOSE && round < MOST; round++) {
      double[] truths = Arrays.stream(odds).map(DawidSkene::sigmoid).toArray();
      raters = raters(votes, truths, others(votes, raters, odds, base));
      base = base(votes, truths);
      odds = truths(votes, raters, base);
      change = change(truths, odds);
    }
    boolean[] known = new boolean[votes.questions()];
    for (int j = 0; j < known.length; j++) {
      known[j] = votes.known()[j] != null;
    }
    return new Found(raters, odds, known, round);
  }

  /** By the questions alone whose truth is known. */
  private Confusion[] begin(Votes votes) {
    double[] truths = new double[votes.questions()];
    for (int j = 0; j < truths.length; j++) {
      truths[j] = Boolean.TRUE.equals(votes.known()[j]) ? 1 : 0;
    }
    return raters(
        votes,
        truths,
        votes.votes().stream()
            .mapToDouble(v -> votes.known()[v.question()] == null ? 0 : gold)
            .toArray());
  }

  /**
   * How far the others know the answer, for each vote: from 0, where nobody else answered, to 1.
   */
  private double[] others(Votes votes, Confusion[] raters, double[] odds, double base) {
    double[] out = new double[votes.votes().size()];
    for (int v = 0; v < out.length; v++) {
      Vote vote = votes.votes().get(v);
      double own = vote.moves() * raters[vote.rater()].evidence(vote.yes());
      double others = odds[vote.question()] - base - own;
      boolean known = votes.known()[vote.question()] != null;
      out[v] = known ? gold : Math.abs(2 * sigmoid(others) - 1);
    }
    return out;
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

  /**
   * The M step, eqs. 8 and 9: means of the posterior's Beta distributions.
   *
   * @param others how far others know the answer, for each vote
   */
  Confusion[] raters(Votes votes, double[] truths, double[] others) {
    double[][] seen = new double[votes.raters()][4];
    for (int v = 0; v < others.length; v++) {
      Vote vote = votes.votes().get(v);
      double[] s = seen[vote.rater()];
      double yes = vote.counts() * others[v] * truths[vote.question()];
      double no = vote.counts() * others[v] * (1 - truths[vote.question()]);
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

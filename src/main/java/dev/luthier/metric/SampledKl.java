package dev.luthier.metric;

/**
 * The distance KL(pi || pi_ref) of a policy from a reference, estimated on answers y that were
 * drawn from the policy (Schulman 2020, Approximating KL Divergence,
 * http://joschu.net/blog/kl-approx.html). With d_t = log pi(y_t | x, y_&lt;t) - log pi_ref(y_t | x,
 * y_&lt;t) of a token,
 *
 * <pre>
 * k1 = sum_t d_t
 * k3 = sum_t (exp(-d_t) - 1 + d_t)
 * </pre>
 *
 * Both have the mean KL. k1 may be below 0 and scatters more; no part of k3 is below 0, and it is 0
 * only where both say the same.
 *
 * @param answers how many were drawn
 * @param tokens of all of them
 * @param k1 summed over answers
 * @param k3 summed over answers
 */
public record SampledKl(long answers, long tokens, double k1, double k3) {
  /** Of no answers. */
  public static final SampledKl NONE = new SampledKl(0, 0, 0, 0);

  /**
   * With one more answer.
   *
   * @param policy (T) the log-probability of each of its tokens under the policy
   * @param reference (T) the same under the reference
   */
  public SampledKl and(float[] policy, float[] reference) {
    if (policy.length != reference.length) {
      throw new IllegalArgumentException(policy.length + " and " + reference.length + " tokens");
    }
    double one = 0;
    double three = 0;
    for (int t = 0; t < policy.length; t++) {
      double d = (double) policy[t] - reference[t];
      one += d; // k1
      three += Math.expm1(-d) + d; // k3
    }
    return new SampledKl(answers + 1, tokens + policy.length, k1 + one, k3 + three);
  }

  /** The mean of k3 over answers, in nats. */
  public double perAnswer() {
    return k3 / answers;
  }

  /** The same by k1. */
  public double perAnswerByK1() {
    return k1 / answers;
  }

  /** k3 of all answers over all their tokens. */
  public double perToken() {
    return k3 / tokens;
  }
}

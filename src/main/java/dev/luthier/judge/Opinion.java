package dev.luthier.judge;

import dev.luthier.error.Check;

/**
 * What a judge says of answers a and b, read in both orders (Lee et al. 2023,
 * https://arxiv.org/abs/2309.00267, section 2.1.1).
 *
 * @param ahead how probable it is that a is better, where a is shown first
 * @param behind the same where a is shown second
 */
public record Opinion(double ahead, double behind) {
  private static final double EVEN = 0.5;

  /** Probabilities that differ from a half by less are none. */
  private static final double SAME = 1e-6;

  public Opinion {
    Check.within("ahead", 0, 1, ahead);
    Check.within("behind", 0, 1, behind);
  }

  /** One that does not depend on the order. */
  public static Opinion of(double probability) {
    return new Opinion(probability, probability);
  }

  /**
   * How probable it is that a is better: the mean of both orders. A judge who adds the same to
   * whatever is shown first adds it to a once and to b once, so it is gone:
   *
   * <pre>
   * p(a, b) = (p_ahead + p_behind) / 2,   p(b, a) = 1 - p(a, b)
   * </pre>
   */
  public double probability() {
    return (ahead + behind) / 2;
  }

  /** Which is better: 1 for a, -1 for b, 0 for none. */
  public int verdict() {
    return sign(probability());
  }

  /** Whether the verdicts of the two orders differ. */
  public boolean flips() {
    return sign(ahead) != sign(behind);
  }

  /** 1 above a half, -1 below it, 0 at it. */
  public static int sign(double probability) {
    return Math.abs(probability - EVEN) < SAME ? 0 : probability > EVEN ? 1 : -1;
  }

  /** The same of b and a. */
  public Opinion swapped() {
    return new Opinion(1 - behind, 1 - ahead);
  }
}

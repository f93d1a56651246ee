package dev.luthier.plan;

import java.util.List;

/**
 * How large a micro-batch is: what the sizes of its tensors are made of.
 *
 * @param sequences B, virtual tokens' sequences are none
 * @param tokens N, of all sequences together
 * @param longest T, of one sequence
 * @param targets M
 * @param virtual P, virtual tokens before every sequence
 * @param even whether all sequences are of one length, so that their grid has no empty cells
 */
public record Extent(
    long sequences, long tokens, long longest, long targets, long virtual, boolean even) {
  /** Cells of attention's grid, B T. */
  public long cells() {
    return sequences * longest;
  }

  /** All that a dimension may be, the likeliest first. */
  private List<Long> meanings() {
    return List.of(
        tokens,
        targets,
        longest,
        cells(),
        sequences,
        tokens + sequences * virtual,
        longest + virtual,
        sequences * (longest + virtual));
  }

  /**
   * What becomes of a dimension: the same where it did not change between two probes, what it means
   * where that is clear, and in the proportion of tokens where it is not.
   *
   * @param d1 in a batch of the extent {@code one}
   * @param d2 of the extent {@code two}
   */
  double dimension(long d1, Extent one, long d2, Extent two) {
    if (d1 == d2) {
      return d1;
    }
    List<Long> first = one.meanings();
    List<Long> second = two.meanings();
    for (int i = 0; i < first.size(); i++) {
      if (first.get(i) == d1 && second.get(i) == d2) {
        return meanings().get(i);
      }
    }
    return line(d1, one, d2, two);
  }

  /** On the line through two values, by the number of tokens. */
  double line(double v1, Extent one, double v2, Extent two) {
    double slope = (v2 - v1) / (two.tokens - one.tokens);
    return Math.max(0, v1 + slope * (tokens - one.tokens));
  }

  /** With the head's inputs cut to so many at most. */
  public Extent cut(long most) {
    return new Extent(
        sequences, Math.min(tokens, most), longest, Math.min(targets, most), virtual, even);
  }

  /** Whether a probe of this extent tells apart what another one means. */
  public boolean differs(Extent other) {
    return tokens != other.tokens && longest != other.longest && targets != other.targets;
  }
}

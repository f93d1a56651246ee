package dev.luthier.metric;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Whether several judges put pairs in the same order. Which of a pair is named first is nobody's
 * opinion, so kappas count every pair both ways round: then nobody has a habit of the first, and
 * without ties kappa is 2 p_o - 1, p_o being how often two agree.
 *
 * @param signs for each judge and pair: 1 where the better one, as raters say, is put first, -1
 *     where the other one is, 0 where both are equal
 */
public record Agreement(List<int[]> signs) {
  public Agreement {
    signs = List.copyOf(signs);
  }

  /** How many pairs there are. */
  public int pairs() {
    return signs.get(0).length;
  }

  /** The share of pairs that two judges put in the same order. */
  public double alike(int a, int b) {
    return share(i -> signs.get(a)[i] == signs.get(b)[i]);
  }

  /** Cohen's kappa of two judges. */
  public double kappa(int a, int b) {
    return Kappa.cohen(bothWays(signs.get(a)), bothWays(signs.get(b)));
  }

  /** The share of pairs that a judge orders as the raters do. */
  public double right(int judge) {
    return share(i -> signs.get(judge)[i] == 1);
  }

  /** Cohen's kappa of a judge and the raters. */
  public double kappaWithRaters(int judge) {
    int[] raters = new int[pairs()];
    Arrays.fill(raters, 1);
    return Kappa.cohen(bothWays(signs.get(judge)), bothWays(raters));
  }

  /** Fleiss' kappa of all judges. */
  public double kappaOfAll() {
    return Kappa.fleiss(signs.stream().map(Agreement::bothWays).toList());
  }

  /** The pairs that all judges put in one and the same order. */
  public int[] unanimous() {
    return IntStream.range(0, pairs()).filter(this::isUnanimous).toArray();
  }

  /** The other pairs. */
  public int[] disputed() {
    return IntStream.range(0, pairs()).filter(i -> !isUnanimous(i)).toArray();
  }

  private boolean isUnanimous(int pair) {
    int first = signs.get(0)[pair];
    return first != 0 && signs.stream().allMatch(one -> one[pair] == first);
  }

  private double share(IntPredicate which) {
    return IntStream.range(0, pairs()).filter(which).count() / (double) pairs();
  }

  private static List<Integer> bothWays(int[] signs) {
    return Stream.concat(Arrays.stream(signs).boxed(), Arrays.stream(signs).mapToObj(s -> 0 - s))
        .toList();
  }
}

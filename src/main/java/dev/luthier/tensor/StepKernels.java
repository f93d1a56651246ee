package dev.luthier.tensor;

import org.bytedeco.pytorch.Tensor;

/**
 * What attention of a step of generation computes, in which every sequence gets one token, over a
 * cache that each of them fills to a place of its own.
 *
 * <p>Letters: R sequences, A query heads, G key and value heads, D width of a head, T its part that
 * is turned, P places of the cache, S places that any of them uses.
 */
public interface StepKernels {
  /**
   * Keys and values of one layer, and how far they go.
   *
   * @param keys (R or more, G, P, D), dense
   * @param values the same
   * @param lengths (R) int64, how many tokens each sequence had before this one, which goes there
   * @param seen S, the longest with its new token
   */
  record Cached(Tensor keys, Tensor values, Tensor lengths, long seen) {}

  /**
   * Turns queries and keys by their places ({@link Kernels#rotate}) and writes keys and values into
   * the cache.
   *
   * @param heads queries, keys and values (R, A + 2 G, D), dense; the queries become turned ones,
   *     what becomes of the others nobody is to know
   * @param cos of every place, (S or more, T)
   * @param sin the same, its first half negated
   */
  void append(Tensor heads, Tensor cos, Tensor sin, Cached cache);

  /**
   * softmax(q k^T scale) v over the places up to the new token (Vaswani et al. 2017, eq. 1).
   *
   * @param heads as {@link #append} left them
   * @param window only the nearest so many places are seen
   * @param out (R, A D), perhaps within wider rows
   */
  void attend(Tensor heads, Cached cache, double scale, long window, Tensor out);
}

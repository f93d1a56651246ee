package dev.luthier.tensor;

import org.bytedeco.pytorch.Tensor;

/**
 * The element-wise parts of a Llama-like block, each in as few passes over memory as it can be,
 * with arithmetic in float32. A view of wider rows may stand wherever only the last dimension has
 * to lie densely. Letters: N tokens, H width, F inner width, A query heads, G key and value heads,
 * D width of a head, R its part that is rotated, V vocabulary.
 */
public interface Kernels {
  /**
   * out = x / sqrt(mean(x^2) + eps) * w (Zhang and Sennrich 2019, eq. 4).
   *
   * @param x (N, H), dense
   * @param out (N, H), perhaps within wider rows
   * @param scale becomes 1 / sqrt(mean(x^2) + eps), (N) float32
   */
  void rmsNorm(Tensor x, Tensor w, double eps, Tensor out, Tensor scale);

  /**
   * Its gradient for x, added to a residual stream's.
   *
   * @param g dL/dy (N, H), perhaps within wider rows
   * @param residual (N, H), dense
   * @return residual + dL/dx, new
   */
  Tensor rmsNormBack(Tensor g, Tensor x, Tensor w, Tensor scale, Tensor residual);

  /**
   * Turns heads by their positions, in place: x cos + roll(x, R/2) sin on the first R of D.
   *
   * @param heads (N, A + G, D), perhaps within wider rows
   * @param cos (N, 1, R)
   * @param sin (N, 1, R), its first half negated
   */
  void rotate(Tensor heads, Tensor cos, Tensor sin);

  /**
   * The gradients of queries and keys turned back, and those of values, side by side.
   *
   * @param q (N, A, D), with dense heads
   * @param k (N, G, D)
   * @param v (N, G, D)
   * @return (N, (A + 2 G) D), new
   */
  Tensor rotateBack(Tensor q, Tensor k, Tensor v, Tensor cos, Tensor sin);

  /**
   * out = silu(gate) up (Shazeer 2020).
   *
   * @param both gate and up side by side, (N, 2 F), dense
   * @param out (N, F), perhaps within wider rows
   */
  void swiglu(Tensor both, Tensor out);

  /**
   * Its gradient, in place.
   *
   * @param both gate and up, which become their gradients
   * @param gradient dL/dout (N, F), perhaps within wider rows, which becomes silu(gate) up
   */
  void swigluBack(Tensor both, Tensor gradient);

  /**
   * -log softmax(x)[target] of every row; the scores become their gradients times a factor.
   *
   * @param scores (N, V), dense
   * @param targets (N) int64, each of them in [0, V)
   * @return (N) float32
   */
  Tensor crossEntropy(Tensor scores, Tensor targets, double factor);

  /** What a step of generation computes beside that, on the same device. */
  StepKernels step();
}

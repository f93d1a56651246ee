package dev.luthier.tensor;

import org.bytedeco.pytorch.Tensor;

/** Draws tokens from scores in few passes over them. Letters: R sequences, V vocabulary. */
public interface Drawing {
  /**
   * The first token whose cumulative probability under softmax(scores / temperature) passes u, or
   * the likeliest where the temperature is 0.
   *
   * @param scores (R, V) float32, dense
   * @param uniforms u (R) float64, in [0, 1)
   * @return (R, 3) float64: the token, its log-probability at temperature 1, and at this one, which
   *     is 0 for the likeliest
   */
  Tensor draw(Tensor scores, Tensor uniforms, double temperature);
}

package dev.luthier.train;

import java.util.Map;
import java.util.function.LongFunction;

/**
 * What was measured at a step.
 *
 * @param values by name, for the log
 * @param score by which evaluations are compared; higher is better
 * @param line for people
 */
public record Evaluation(Map<String, Double> values, double score, String line) {
  /** Measures the model as it is after so many steps. */
  public interface Of extends LongFunction<Evaluation> {}
}

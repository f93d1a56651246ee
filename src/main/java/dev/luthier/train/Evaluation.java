package dev.luthier.train;

import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * What was measured at a step.
 *
 * @param values by name, for the log
 * @param score by which evaluations are compared; higher is better
 * @param line for people
 * @param alarm what people should know at once
 */
public record Evaluation(
    Map<String, Double> values, double score, String line, Optional<Alarm> alarm) {
  /** Nothing to be alarmed about. */
  public Evaluation(Map<String, Double> values, double score, String line) {
    this(values, score, line, Optional.empty());
  }

  /**
   * What should not go on in silence.
   *
   * @param line for people
   * @param ends whether it ends the run
   */
  public record Alarm(String line, boolean ends) {}

  /** Measures the model as it is after so many steps. */
  public interface Of extends LongFunction<Evaluation> {}
}

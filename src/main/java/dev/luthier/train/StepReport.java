package dev.luthier.train;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a step did.
 *
 * @param done steps behind the run, this one included
 * @param loss the step's loss
 * @param terms the step's loss terms
 * @param gradientNorm before clipping
 * @param factor of the schedule
 * @param tokens through the model
 * @param seconds of wall clock
 */
public record StepReport(
    long done,
    double loss,
    Map<String, Double> terms,
    double gradientNorm,
    double factor,
    long tokens,
    double seconds) {
  /**
   * What is logged of it.
   *
   * @param lr the learning rate of the step
   * @param perEpoch steps in an epoch
   */
  Map<String, Double> values(double lr, long perEpoch) {
    Map<String, Double> out = new LinkedHashMap<>();
    out.put("loss", loss);
    out.putAll(terms);
    out.put("gradient_norm", gradientNorm);
    out.put("lr", lr);
    out.put("epoch", (double) done / perEpoch);
    out.put("tokens", (double) tokens);
    out.put(Metrics.CLOCK + "tokens_per_second", tokens / seconds);
    out.put(Metrics.CLOCK + "seconds", seconds);
    return out;
  }
}

package dev.luthier.train;

import java.util.List;
import java.util.Map;

/**
 * Receives the numbers of a run.
 *
 * <p>Names are paths such as {@code loss}, {@code eval/loss} or {@code lr}. Everything under {@code
 * clock/} depends on the machine and the moment ({@code clock/tokens_per_second}); all else is the
 * same whenever the run is repeated or resumed.
 */
public interface Metrics extends AutoCloseable {
  /** The prefix of values that differ from one execution of the same run to the next. */
  String CLOCK = "clock/";

  /**
   * @param step the optimiser step they belong to; never falls
   * @param values by name, in the order in which they are to be shown
   * @throws dev.luthier.error.UserError if the disk is full
   */
  void log(long step, Map<String, Double> values);

  @Override
  void close();

  /** Passes everything on to each of the given. */
  static Metrics all(List<? extends Metrics> receivers) {
    return new Metrics() {
      @Override
      public void log(long step, Map<String, Double> values) {
        receivers.forEach(r -> r.log(step, values));
      }

      @Override
      public void close() {
        receivers.forEach(Metrics::close);
      }
    };
  }
}

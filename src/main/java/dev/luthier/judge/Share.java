package dev.luthier.judge;

import dev.luthier.metric.Interval;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How many of some.
 *
 * @param hits where some count by half, a half of each
 */
record Share(double hits, long of) {
  static <T> Share of(List<T> all, Predicate<T> hit) {
    return new Share(all.stream().filter(hit).count(), all.size());
  }

  /** NaN of none. */
  double rate() {
    return of == 0 ? Double.NaN : hits / of;
  }

  /** With 95 % confidence. */
  Interval interval() {
    return Interval.wilson(hits, of);
  }

  /** "0.600 (0.551 - 0.647)". */
  String told() {
    Interval sure = interval();
    return of == 0
        ? "none"
        : String.format(Locale.ROOT, "%.3f (%.3f - %.3f)", rate(), sure.low(), sure.high());
  }

  Map<String, Object> json() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("rate", of == 0 ? null : rate());
    out.put("low", interval().low());
    out.put("high", interval().high());
    out.put("of", of);
    return out;
  }
}

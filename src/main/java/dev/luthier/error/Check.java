package dev.luthier.error;

import java.math.BigDecimal;

/** Rules for values that a user sets. Each returns the value or throws a one-line UserError. */
public final class Check {
  private Check() {}

  /** The value must be greater than the bound. */
  public static double above(String key, double bound, double value) {
    return rule(value > bound && value < Double.POSITIVE_INFINITY, key, "> " + text(bound), value);
  }

  /** The value must be the bound or greater. */
  public static double atLeast(String key, double bound, double value) {
    return rule(
        value >= bound && value < Double.POSITIVE_INFINITY, key, ">= " + text(bound), value);
  }

  /** The value must be the bound or greater. */
  public static long atLeast(String key, long bound, long value) {
    if (value < bound) {
      throw new UserError("%s must be >= %d, was %d".formatted(key, bound, value));
    }
    return value;
  }

  /** The value must be the bound or smaller. */
  public static long atMost(String key, long bound, long value) {
    if (value > bound) {
      throw new UserError("%s must be <= %d, was %d".formatted(key, bound, value));
    }
    return value;
  }

  /** The value must lie in [low, high]. */
  public static double within(String key, double low, double high, double value) {
    String range = "from %s to %s".formatted(text(low), text(high));
    return rule(value >= low && value <= high, key, range, value);
  }

  /** The value must lie in [low, high): a dropout, a momentum, a share that leaves something. */
  public static double below(String key, double low, double high, double value) {
    String range = ">= %s and < %s".formatted(text(low), text(high));
    return rule(value >= low && value < high, key, range, value);
  }

  private static double rule(boolean holds, String key, String rule, double value) {
    if (!holds) {
      throw new UserError("%s must be %s, was %s".formatted(key, rule, text(value)));
    }
    return value;
  }

  /** A number as people write it: 1 instead of 1.0, 0.0001 instead of 1.0E-4. */
  public static String text(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    BigDecimal exact = BigDecimal.valueOf(value).stripTrailingZeros();
    return exact.scale() <= 0 && exact.precision() - exact.scale() <= 15
        ? exact.toPlainString()
        : exact.toString();
  }
}

package dev.luthier.advise;

import dev.luthier.recipe.Outlook;
import java.util.Locale;

/**
 * How long a training takes, roughly: rows x tokens x epochs x work of the objective x operations
 * for a token (4 for each weight where few learn, 6 where all do), divided by two fifths of what
 * the machine can multiply. On an H100 LoRA reached 47 % (docs/performance.md).
 */
final class Duration {
  private static final double SHARE = 0.4;
  private static final int EPOCHS = 3;

  private Duration() {}

  /** Not a number where nobody said how fast the machine is. */
  static double hours(Situation s, Pair pair, Outlook.Room room) {
    if (s.machine().tflops().isEmpty()) {
      return Double.NaN;
    }
    double tokens = (double) s.rows() * s.length() * EPOCHS * pair.what().work();
    double each = s.shape().weights() * (pair.by() == Tuning.FULL ? 6.0 : 4.0);
    double more =
        (room.checkpoint() ? 1.34 : 1) // 147.4 ms in place of 110.4
            * (Draft.quantize(s, pair.by()).equals("nf4") ? 1.13 : 1)
            * (pair.by() == Tuning.DORA ? 1.7 : 1);
    return tokens * each * more / (s.machine().tflops().getAsDouble() * 1e12 * SHARE) / 3600;
  }

  /** 3 min, 4.5 h. */
  static String words(double hours) {
    if (Double.isNaN(hours)) {
      return "not known; say --tflops";
    }
    if (hours < 1) {
      return String.format(Locale.ROOT, "%d min", Math.max(1, Math.round(hours * 60)));
    }
    return String.format(Locale.ROOT, hours < 48 ? "%.1f h" : "%.0f h", hours);
  }
}

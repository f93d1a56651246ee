package dev.luthier.peft;

import java.math.BigDecimal;
import java.math.MathContext;

/** The peak learning rate at which a method usually works, where a recipe sets none. */
public sealed interface Rate {
  /** The width of a model of 7 B weights. */
  int WIDE = 4096;

  /**
   * @param width of the model's states
   */
  double at(int width);

  /** The rate to two digits, so that it has the same name however it was computed. */
  static double rounded(double rate) {
    return BigDecimal.valueOf(rate).round(new MathContext(2)).doubleValue();
  }

  /** The same for every model. */
  record Fixed(double value) implements Rate {
    @Override
    public double at(int width) {
      return value;
    }
  }

  /**
   * Higher for narrower models: r ({@link #WIDE} / width)^0.781, rounded to two digits. The
   * exponent is what Schulman et al. 2025 ("LoRA Without Regret") fitted to models of the Llama
   * family. That it holds down to a width of 256, and for methods beside LoRA, was measured:
   * docs/claims.md.
   *
   * @param wide the rate r at that width
   */
  record ByWidth(double wide) implements Rate {
    private static final int NARROWEST = 256;
    private static final double EXPONENT = 0.781;

    @Override
    public double at(int width) {
      double ratio = (double) WIDE / Math.max(width, NARROWEST);
      return rounded(wide * Math.pow(ratio, EXPONENT));
    }
  }
}

package dev.luthier.plan;

/** How frozen weights of linear maps are kept in memory. */
public enum Keeping {
  /** In the type that the model computes in. */
  COMPUTED(Double.NaN),
  /** 4 bits, and a float32 scale for each 64. */
  FOUR_BIT(4 + 32 / 64.0),
  /** 4 bits, an 8-bit scale for each 64, and a float32 scale for each 256 of those: 4.127. */
  FOUR_BIT_DOUBLE(4 + 8 / 64.0 + 32 / (64 * 256.0)),
  /** 8 bits, and a float32 scale for each 256. */
  EIGHT_BIT(8 + 32 / 256.0);

  private final double bits;

  Keeping(double bits) {
    this.bits = bits;
  }

  /**
   * What so many weights take.
   *
   * @param computed bytes of one in the type of computation
   */
  public long bytes(long count, int computed) {
    return this == COMPUTED ? count * computed : Math.round(count * bits / 8);
  }

  /** What one matrix takes while it is multiplied with, beside what is kept of it. */
  public long unpacked(long count, int computed) {
    return this == COMPUTED ? 0 : count * computed;
  }
}

package dev.luthier.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Storage;
import org.assertj.core.data.Percentage;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors on normal weights and bits for each of them. */
class QuantizationFiguresTest {
  private static final long SIDE = 1024; // 2^20 weights

  /** N(0, 1); other draws move the errors below by some tenths of a percent. */
  private static Tensor normal() {
    torch.manual_seed(0);
    return torch.randn(new long[] {SIDE, SIDE}, Compute.CPU.options(ScalarType.Float));
  }

  /** |w' - w|^2 / |w|^2. */
  private static double error(Tensor weight, Tensor unpacked) {
    double moved = unpacked.sub(weight).norm().item_double();
    return Math.pow(moved / weight.norm().item_double(), 2);
  }

  @ParameterizedTest
  @CsvSource({
    "NF4,  64, false, 0.00845",
    "NF4,  64, true,  0.00845",
    "NF4, 128, false, 0.00915",
    "FP4,  64, false, 0.01487",
    "FP4, 128, false, 0.01657",
  })
  void relativeSquaredErrorOfFourBits(Code code, int block, boolean doubled, double expected) {
    try (Scope scope = new Scope()) {
      Tensor weight = normal();
      try (Packed packed = new FourBit(code, block, doubled).pack("w", weight, Compute.CPU)) {
        assertThat(error(weight, packed.unpacked(ScalarType.Float)))
            .isCloseTo(expected, Percentage.withPercentage(1));
      }
    }
  }

  /** What NF4 is measured by: 15 levels k / 7 at the same distances. */
  @Test
  void wholeNumbersOfFourBitsAreWorseThanNf4AndBetterThanFp4() {
    try (Scope scope = new Scope()) {
      Tensor rows = normal().view(-1, 64);
      Tensor step = Blocks.absmax(rows).unsqueeze(1).div(Ops.scalar(7));
      assertThat(error(rows, rows.div(step).round().mul(step)))
          .isCloseTo(0.01160, Percentage.withPercentage(1));
    }
  }

  /** |w' - w| / |w| of 8 bits: their steps are 0.9 / 64 of a block's largest, or finer. */
  @Test
  void eightBitsAreSeventyTimesNearer() {
    try (Scope scope = new Scope()) {
      Tensor weight = normal();
      try (Packed packed = new EightBit(64).pack("w", weight, Compute.CPU)) {
        assertThat(error(weight, packed.unpacked(ScalarType.Float))).isLessThan(0.00845 / 70);
      }
    }
  }

  /**
   * 4 bits of the weight; 32 of its block's scale, or 8 with double quantisation, whose blocks of
   * 256 have 32 more: 4 + 8/64 + 32/(64 * 256) = 4.12695, and here 32 bits of the mean.
   */
  @Test
  void bitsOfAWeightInMemory() {
    double n = SIDE * SIDE;
    assertThat(bits(new FourBit(Code.NF4, 64, false))).isEqualTo(4.5);
    assertThat(bits(new FourBit(Code.NF4, 64, true))).isCloseTo(4.12695 + 32 / n, within(5e-6));
    assertThat(bits(new FourBit(Code.FP4, 128, true)))
        .isCloseTo(4 + 8 / 128. + 32 / (128 * 256.) + 32 / n, within(1e-9));
    assertThat(bits(new EightBit(256))).isEqualTo(8 + 32 / 256.);
  }

  private static double bits(Storage storage) {
    try (Scope scope = new Scope();
        Packed packed = storage.pack("w", normal(), Compute.CPU)) {
      return 8.0 * packed.bytes() / (SIDE * SIDE);
    }
  }
}

package dev.luthier.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Storage;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FourBitTest {
  private static Tensor randn(long... shape) {
    torch.manual_seed(5);
    return torch.randn(shape, Compute.CPU.options(ScalarType.Float));
  }

  private static float[] there(Storage storage, Tensor weight) {
    try (Packed packed = storage.pack("w", weight, Compute.CPU)) {
      return Ops.toFloats(packed.unpacked(ScalarType.Float));
    }
  }

  /**
   * Over their largest, 2, the weights {2, -1, 0, 0.5, 1} are {1, -0.5, 0, 0.25, 0.5}. Nearest in
   * NF4: 1, -0.52507305, 0, 0.2461123, 0.44070983 (0.0593 away, 0.562617 is 0.0626), the places 15
   * 2 7 10 12; and a zero, place 7, beside the fifth. Bytes 0xf2 0x7a 0xc7.
   */
  @Test
  void nf4ByHand() {
    try (Scope scope = new Scope();
        FourBitMatrix packed = new FourBit(Code.NF4, 16, false).pack("w", five(), Compute.CPU)) {
      assertThat(Ops.toLongs(packed.packed())).containsExactly(0xf2, 0x7a, 0xc7);
      assertThat(Ops.toFloats(packed.unpacked(ScalarType.Float)))
          .containsExactly(2, -1.0501461f, 0, 0.4922246f, 0.88141966f);
      assertThat(packed.bytes()).isEqualTo(3 + 4);
      assertThat(packed.shape()).containsExactly(1, 5);
    }
  }

  /** In FP4 1, -1/2, 0, 1/4 and 1/2 are values: patterns 3, 8 + 5, 0, 7 and 5. */
  @Test
  void fp4ByHand() {
    try (Scope scope = new Scope();
        FourBitMatrix packed = new FourBit(Code.FP4, 16, false).pack("w", five(), Compute.CPU)) {
      assertThat(Ops.toLongs(packed.packed())).containsExactly(0x3d, 0x07, 0x50);
      assertThat(Ops.toFloats(packed.unpacked(ScalarType.Float)))
          .containsExactly(2, -1, 0, 0.5f, 1);
    }
  }

  private static Tensor five() {
    return Ops.floats(new float[] {2, -1, 0, 0.5f, 1}, Compute.CPU).view(1, 5);
  }

  /** Half way between two values is the lower one, as bitsandbytes' search has it. */
  @ParameterizedTest
  @EnumSource(Code.class)
  void theNearestOfTheValues(Code code) {
    try (Scope scope = new Scope();
        Nearest nearest = new Nearest(code.ascending(), Compute.CPU)) {
      float[] values = code.ascending();
      assertThat(values).isSorted();
      float[] x = new float[3 * 15];
      long[] places = new long[x.length];
      for (int i = 0; i < 15; i++) {
        x[3 * i + 1] = (float) (((double) values[i] + values[i + 1]) / 2);
        x[3 * i] = Math.nextDown(x[3 * i + 1]);
        x[3 * i + 2] = Math.nextUp(x[3 * i + 1]);
        Arrays.fill(places, 3 * i, 3 * i + 2, i);
        places[3 * i + 2] = i + 1;
      }
      assertThat(Ops.toLongs(nearest.places(Ops.floats(x, Compute.CPU)))).isEqualTo(places);
    }
  }

  /** Those whose blocks have nothing in common. */
  static Stream<Storage> kinds() {
    return IntStream.of(16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
        .boxed()
        .flatMap(
            b ->
                Stream.of(
                    new FourBit(Code.NF4, b, false),
                    new FourBit(Code.FP4, b, false),
                    new EightBit(b)));
  }

  static Stream<Storage> allKinds() {
    return Stream.concat(kinds(), Stream.of(Code.values()).map(c -> new FourBit(c, 64, true)));
  }

  /** Every block of every shape alone gives what the whole does, the odd last one too. */
  @ParameterizedTest
  @MethodSource("kinds")
  void blocksDoNotKnowEachOther(Storage kind) {
    int block = kind instanceof FourBit four ? four.block() : ((EightBit) kind).block();
    try (Scope scope = new Scope()) {
      Tensor weight = randn(3, block + 1); // the last block has 3 weights
      float[] whole = there(kind, weight);
      for (int at = 0; at < whole.length; at += block) {
        long many = Math.min(block, whole.length - at);
        float[] alone = there(kind, weight.view(-1).narrow(0, at, many));
        assertThat(Arrays.copyOfRange(whole, at, at + (int) many)).isEqualTo(alone);
      }
    }
  }

  /** Packing what was unpacked changes nothing more. */
  @ParameterizedTest
  @MethodSource("kinds")
  void packedTwiceIsPackedOnce(Storage kind) {
    try (Scope scope = new Scope()) {
      Tensor weight = randn(37, 129);
      if (kind instanceof EightBit eight) { // its map has 1 but not -1
        for (long at = 0; at < 37 * 129; at += eight.block()) {
          weight.view(-1).narrow(0, at, 1).fill_(Ops.scalar(9));
        }
      }
      float[] once = there(kind, weight);
      assertThat(there(kind, Ops.floats(once, Compute.CPU).view(37, 129))).isEqualTo(once);
    }
  }

  @ParameterizedTest
  @MethodSource("allKinds")
  void zerosStayZeros(Storage kind) {
    try (Scope scope = new Scope()) {
      Tensor weight = randn(3, 5000);
      weight.select(0, 1).zero_();
      float[] made = there(kind, weight);
      assertThat(Arrays.copyOfRange(made, 5000, 10000)).containsOnly(0);
      assertThat(there(kind, torch.zeros_like(weight))).containsOnly(0);
    }
  }

  /** Parts are for the cache only: 2^17 numbers on a CPU, and this is more, with an odd end. */
  @Test
  void longVectorsAreWorkedOnInParts() {
    try (Scope scope = new Scope()) {
      FourBit kind = new FourBit(Code.NF4, 64, false);
      Tensor weight = randn(1, (1 << 18) + 33);
      float[] whole = there(kind, weight);
      int at = (1 << 17) - 64;
      float[] alone = there(kind, weight.view(-1).narrow(0, at, 192));
      assertThat(Arrays.copyOfRange(whole, at, at + 192)).isEqualTo(alone);
      assertThat(whole).hasSize((1 << 18) + 33);
    }
  }

  /** Scales are rounded to the steps of 8 bits, 0.9 / 128 of the largest distance from the mean. */
  @Test
  void doubleQuantisationMovesScalesALittle() {
    try (Scope scope = new Scope();
        FourBitMatrix single =
            new FourBit(Code.NF4, 64, false).pack("w", randn(300, 129), Compute.CPU);
        FourBitMatrix doubled =
            new FourBit(Code.NF4, 64, true).pack("w", randn(300, 129), Compute.CPU)) {
      assertThat(doubled.packed().equal(single.packed())).isTrue();
      Tensor scales = single.scales().absmax(); // 605 of them, so three blocks
      double farthest = scales.sub(scales.mean()).abs().max().item_double();
      double moved = doubled.scales().absmax().sub(scales).abs().max().item_double();
      assertThat(moved).isBetween(0.0, farthest * 0.9 / 128 * 1.01);
    }
  }

  @Test
  void sixteenBitsComeOutRounded() {
    try (Scope scope = new Scope();
        Packed packed =
            new FourBit(Code.NF4, 64, true)
                .pack("w", randn(65, 33).to(ScalarType.BFloat16), Compute.CPU)) {
      Tensor exact = packed.unpacked(ScalarType.Float);
      assertThat(packed.unpacked(ScalarType.BFloat16).equal(exact.to(ScalarType.BFloat16)))
          .isTrue();
      assertThat(packed.unpacked(ScalarType.Half).equal(exact.to(ScalarType.Half))).isTrue();
    }
  }

  /** Values written among others are those that are unpacked, and the others stay. */
  @ParameterizedTest
  @MethodSource("allKinds")
  void valuesGoWhereThereIsRoom(Storage kind) {
    try (Scope scope = new Scope();
        Packed packed = kind.pack("w", randn(5, 24), Compute.CPU)) {
      Tensor wide = torch.full(new long[] {7, 32}, Ops.scalar(9));
      packed.write(wide.narrow(0, 1, 5).narrow(1, 8, 24));
      assertThat(wide.narrow(0, 1, 5).narrow(1, 8, 24).equal(packed.unpacked(ScalarType.Float)))
          .isTrue();
      wide.narrow(0, 1, 5).narrow(1, 8, 24).fill_(Ops.scalar(9));
      assertThat(Ops.toFloats(wide)).containsOnly(9);
    }
  }

  /** A matrix outlives the scope it was made in, and is freed once. */
  @Test
  void itOwnsWhatItHolds() {
    Packed packed;
    float[] made;
    try (Scope scope = new Scope()) {
      packed = new FourBit(Code.NF4, 64, true).pack("w", randn(8, 64), Compute.CPU);
      made = Ops.toFloats(packed.unpacked(ScalarType.Float));
    }
    try (Scope scope = new Scope()) {
      assertThat(Ops.toFloats(packed.unpacked(ScalarType.Float))).isEqualTo(made);
    }
    packed.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -64, 8, 48, 8192})
  void wrongBlocksAreRefused(int block) {
    String said = "block must be a power of two from 16 to 4096, was " + block;
    assertThatThrownBy(() -> new FourBit(Code.NF4, block, false))
        .isInstanceOf(UserError.class)
        .hasMessage(said);
    assertThatThrownBy(() -> new EightBit(block)).isInstanceOf(UserError.class).hasMessage(said);
  }

  @Test
  void weightsThatAreNoNumbersAreRefused() {
    try (Scope scope = new Scope()) {
      Tensor weight = randn(4, 64);
      weight.view(-1).narrow(0, 100, 1).fill_(Ops.scalar(Float.NaN));
      for (Storage kind : new Storage[] {new FourBit(Code.FP4, 64, true), new EightBit(64)}) {
        assertThatThrownBy(() -> kind.pack("a.weight", weight, Compute.CPU))
            .isInstanceOf(UserError.class)
            .hasMessageStartingWith("a.weight holds NaN or infinity");
      }
    }
  }
}

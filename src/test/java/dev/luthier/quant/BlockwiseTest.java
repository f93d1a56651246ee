package dev.luthier.quant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.Golden;
import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockwiseTest {
  /**
   * The largest exponent of the signed map cuts [0.1, 1] into 64 parts of 0.9/64 = 0.0140625, whose
   * last middle is 1 - 0.00703125 = 0.99296875; the smallest has one, with the middle 0.55 * 1e-6.
   * The unsigned map has 128 and 2 parts there: 1 - 0.9/256 = 0.996484375, and 0.325e-6, 0.775e-6.
   */
  @Test
  void valuesOfTheMaps() {
    float[] signed = DynamicMap.SIGNED.numbers();
    assertThat(signed).hasSize(256).isSorted();
    assertThat(new float[] {signed[255], signed[127]}).containsExactly(1, 0);
    assertThat(signed[254]).isEqualTo(0.99296875f);
    assertThat(signed[0]).isEqualTo(-signed[254]);
    assertThat(signed[128]).isEqualTo(-signed[126]).isCloseTo(0.55e-6f, within1e6());

    float[] unsigned = DynamicMap.UNSIGNED.numbers();
    assertThat(unsigned).hasSize(256).isSorted();
    assertThat(new float[] {unsigned[0], unsigned[255]}).containsExactly(0, 1);
    assertThat(unsigned[254]).isEqualTo(0.996484375f);
    assertThat(unsigned[1]).isCloseTo(0.325e-6f, within1e6());
    assertThat(unsigned[2]).isCloseTo(0.775e-6f, within1e6());
  }

  private static org.assertj.core.data.Percentage within1e6() {
    return org.assertj.core.data.Percentage.withPercentage(1e-4);
  }

  @Test
  void bitsandbytesToTheLastBit() {
    try (Scope scope = new Scope();
        Safetensors golden = Safetensors.open(Golden.DIR.resolve("quantization.safetensors"));
        Blockwise blockwise = new Blockwise(DynamicMap.SIGNED, 256, Compute.CPU)) {
      assertThat(DynamicMap.SIGNED.numbers()).isEqualTo(Ops.toFloats(golden.tensor("int8.code")));
      Bytes made = blockwise.quantise(golden.tensor("int8.x"));
      assertThat(made.bytes().equal(golden.tensor("int8.q"))).isTrue();
      assertThat(made.absmax().equal(golden.tensor("int8.absmax"))).isTrue();
      assertThat(blockwise.dequantise(made).equal(golden.tensor("int8.dequantized"))).isTrue();
    }
  }

  /**
   * Packed numbers are packed to themselves, where the largest of a block is positive: the signed
   * map has 1, but the other way round no more than -0.993, so a negative one shrinks each time.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 256, 4096})
  void oncePackedNothingChanges(int block) {
    try (Scope scope = new Scope();
        Blockwise signed = new Blockwise(DynamicMap.SIGNED, block, Compute.CPU);
        Blockwise unsigned = new Blockwise(DynamicMap.UNSIGNED, block, Compute.CPU)) {
      torch.manual_seed(3);
      Tensor x = torch.randn(new long[] {1001}, Compute.CPU.options(ScalarType.Float));
      for (long at = 0; at < 1001; at += block) {
        x.narrow(0, at, 1).fill_(Ops.scalar(5));
      }
      Tensor once = signed.dequantise(signed.quantise(x));
      assertThat(signed.dequantise(signed.quantise(once)).equal(once)).isTrue();
      once = unsigned.dequantise(unsigned.quantise(x.abs()));
      assertThat(unsigned.dequantise(unsigned.quantise(once)).equal(once)).isTrue();
    }
  }

  /** Where x is {3, -1.5, 0 | 0, 0, 0 | -2}, scaled it is {1, -0.5, 0 | 0, 0, 0 | -1}. */
  @Test
  void aBlockOfZerosAndOneOfASingleNumber() {
    try (Scope scope = new Scope();
        Blockwise blockwise = new Blockwise(DynamicMap.SIGNED, 3, Compute.CPU)) {
      Tensor x = Ops.floats(new float[] {3, -1.5f, 0, 0, 0, 0, -2}, Compute.CPU);
      Bytes made = blockwise.quantise(x);
      assertThat(Ops.toFloats(made.absmax())).containsExactly(3, 0, 2);
      // the parts next to 0.5 have the middles 0.1 + 28.5 * 0.0140625 = 0.50078125 and 0.48671875
      assertThat(Ops.toFloats(blockwise.dequantise(made)))
          .containsExactly(3, 3 * -0.50078125f, 0, 0, 0, 0, 2 * -0.99296875f);
    }
  }

  /** States that are worked on in place: zeros at first, then a part of them anew. */
  @Test
  void aPartIsAViewOnTheWhole() {
    try (Scope scope = new Scope();
        Blockwise blockwise = new Blockwise(DynamicMap.UNSIGNED, 4, Compute.CPU)) {
      Bytes state = blockwise.zeros(10);
      assertThat(Ops.toFloats(blockwise.dequantise(state))).containsOnly(0);
      assertThat(state.held()).isEqualTo(10 + 3 * 4);
      blockwise.quantise(Ops.floats(new float[] {0, 2, 7, 0, 1, 3}, Compute.CPU), state.part(1, 2));
      assertThat(Ops.toFloats(blockwise.dequantise(state)))
          .hasSize(10)
          .startsWith(0, 0, 0, 0, 0)
          .contains(7)
          .endsWith(3);
    }
  }
}

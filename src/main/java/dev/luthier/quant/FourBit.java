package dev.luthier.quant;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Storage;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Weights in four bits, as bitsandbytes computes and lays them out (Dettmers et al., QLoRA, <a
 * href="https://arxiv.org/abs/2305.14314">arXiv:2305.14314</a>, section 3). The matrix is cut row
 * by row into blocks; of each its largest magnitude c is kept, of each weight the nearest of
 * sixteen values to w / c. The first of two weights has the high bits of their byte.
 *
 * @param block weights that share a scale: a power of two from 16 to 4096
 * @param doubled whether the scales are quantised too, which saves 0.37 bits a weight at block 64
 */
public record FourBit(Code code, int block, boolean doubled) implements Storage {
  private static final int LEAST = 16;
  private static final int MOST = 4096;

  public FourBit {
    checkBlock(block);
  }

  static void checkBlock(int block) {
    if (Integer.bitCount(block) != 1 || block < LEAST || block > MOST) {
      throw new UserError(
          "block must be a power of two from %d to %d, was %d".formatted(LEAST, MOST, block));
    }
  }

  @Override
  public FourBitMatrix pack(String name, Tensor weight, Compute compute) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      Tensor vector = weight.detach().reshape(-1);
      long n = Check.atLeast(name + ": the number of weights", 1L, vector.numel());
      Tables tables = Tables.of(code, compute);
      Blocks blocks = Blocks.of(block, compute);
      Tensor bytes = empty((n + 1) / 2, ScalarType.Byte, compute);
      Tensor absmax = empty(blocks.count(n), ScalarType.Float, compute);
      blocks.each(
          n,
          (at, row, rows, width) -> {
            Tensor real = Blocks.rows(vector, at, rows, width, compute);
            Tensor most = absmax.narrow(0, row, rows);
            most.copy_(Blocks.absmax(real));
            Tensor places = tables.nearest().places(Blocks.scaled(real, most)).view(-1);
            Tensor pairs = paired(places, tables);
            bytes.narrow(0, at / 2, pairs.numel()).copy_(pairs);
          });
      refuseUnreal(name, absmax);
      return new FourBitMatrix(
          this,
          Ops.shape(weight),
          weight.scalar_type().intern(),
          scope.keep(bytes),
          Scales.of(absmax, doubled, compute, scope),
          compute);
    }
  }

  @Override
  public long bytes(long count) {
    long scales = (count + block - 1) / block;
    return (count + 1) / 2 + (doubled ? scales + 4 * ((scales + 255) / 256) : 4 * scales);
  }

  /** Two places in a byte, then their bit patterns. An odd last one gets a zero beside it. */
  private Tensor paired(Tensor places, Tables tables) { // (n) -> (n / 2)
    Tensor even = places;
    if (places.numel() % 2 > 0) {
      Tensor zero = torch.full(new long[] {1}, Ops.whole(code.zero()), places.options());
      even = Ops.cat(0, places, zero);
    }
    Tensor two = even.view(-1, 2);
    Tensor byPlace = two.select(1, 0).mul(Ops.whole(Code.SIZE)).add_(two.select(1, 1));
    return code == Code.NF4
        ? byPlace
        : tables.patterns().index_select(0, byPlace.to(ScalarType.Int));
  }

  static Tensor empty(long n, ScalarType type, Compute compute) {
    return torch.empty(new long[] {n}, compute.options(type), new MemoryFormatOptional());
  }

  static void refuseUnreal(String name, Tensor absmax) {
    if (!Float.isFinite(absmax.max().item_float())) {
      throw new UserError(
          name + " holds NaN or infinity, so it cannot be quantised; are its files whole?");
    }
  }
}

package dev.luthier.train;

import dev.luthier.quant.Blockwise;
import dev.luthier.quant.Bytes;
import dev.luthier.quant.DynamicMap;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * AdamW's step on a mean and a square of 8 bits: Dettmers et al. 2022 (arXiv 2110.02861), section
 * 2, as bitsandbytes computes it. The mean has the signed dynamic map, the square the unsigned one.
 * With g the gradient, lr the rate and d the decay, step t is
 *
 * <pre>
 *   m = b1 m8 + (1 - b1) g,   v = b2 v8 + (1 - b2) g^2                  (2)
 *   c1 = 1 - b1^t,   c2 = sqrt(1 - b2^t)
 *   w = (w - lr (c2 / c1) m / (sqrt(v) + c2 eps)) (1 - lr d)
 *   m8 = 8 bits of m,   v8 = 8 bits of v                                (4), (5)
 * </pre>
 *
 * So the step is made with what is not yet rounded, and the decay comes after it, also where the
 * state has 32 bits. A gradient that is not finite, which bitsandbytes passes over, never comes
 * here: the loop ends the run.
 */
final class EightBitMoments implements Moments {
  private static final int BLOCK = AdamW8bit.BLOCK;
  private static final List<Shelf.Kept> EIGHT =
      List.of(
          new Shelf.Kept("mean", ScalarType.Byte, 1),
          new Shelf.Kept("mean.absmax", ScalarType.Float, BLOCK),
          new Shelf.Kept("square", ScalarType.Byte, 1),
          new Shelf.Kept("square.absmax", ScalarType.Float, BLOCK));
  private static final List<Shelf.Kept> FULL =
      List.of(Shelf.Kept.float32("small.mean"), Shelf.Kept.float32("small.square"));

  /** The place of 0 among the signed map's values. */
  private static final int ZERO = 127;

  private final AdamW8bit settings;
  private final Blockwise means;
  private final Blockwise squares;
  private final Piecewise pieces;

  /**
   * @param large pieces whose state has 8 bits; a block reaches over no end of a piece
   * @param small pieces whose state has 32 bits
   */
  EightBitMoments(
      AdamW8bit settings,
      List<Piece> large,
      List<Piece> small,
      Compute compute,
      Shelf.Maker maker) {
    this.settings = settings;
    means = new Blockwise(DynamicMap.SIGNED, BLOCK, compute);
    squares = new Blockwise(DynamicMap.UNSIGNED, BLOCK, compute);
    pieces =
        new Piecewise(
            List.of(
                new Piecewise.Part(large, EIGHT, this::inEight),
                new Piecewise.Part(small, FULL, this::inFull)),
            maker);
  }

  private void inEight(Tensor w, Tensor g, List<Tensor> state, double lr, double decay, long t) {
    Bytes mean = new Bytes(state.get(0), state.get(1), BLOCK);
    Bytes square = new Bytes(state.get(2), state.get(3), BLOCK);
    Tensor m = means.dequantise(mean); // (n)
    Tensor v = squares.dequantise(square); // (n)
    inFull(w, g, List.of(m, v), lr, decay, t);
    means.quantise(m, mean); // (4), (5)
    squares.quantise(v, square); // (4), (5)
    // A negative mean stays negative: where its nearest value is 0 it takes the next one below.
    Tensor lost = m.lt(Ops.scalar(0)).logical_and_(mean.bytes().eq(Ops.whole(ZERO)));
    mean.bytes().sub_(lost.to(ScalarType.Byte));
  }

  private void inFull(Tensor w, Tensor g, List<Tensor> state, double lr, double decay, long t) {
    Tensor m = state.get(0); // (n)
    Tensor v = state.get(1); // (n)
    double b1 = settings.betas().first();
    double b2 = settings.betas().second();
    double c1 = 1 - Math.pow(b1, t);
    double c2 = Math.sqrt(1 - Math.pow(b2, t));
    m.mul_(new Scalar(b1)).add_(g, new Scalar(1 - b1)); // (2)
    v.mul_(new Scalar(b2)).addcmul_(g, g, new Scalar(1 - b2)); // (2)
    Tensor root = v.sqrt().add_(new Scalar(c2 * settings.eps()));
    w.addcdiv_(m, root, new Scalar(-lr * c2 / c1));
    if (decay != 0) {
      w.mul_(new Scalar(1 - lr * decay));
    }
  }

  @Override
  public void step(Tensor weights, Tensor gradients, long step, double factor) {
    pieces.step(weights, gradients, step, factor);
  }

  @Override
  public Map<String, Tensor> state() {
    return pieces.state();
  }

  @Override
  public void close() {
    pieces.close();
    means.close();
    squares.close();
  }
}

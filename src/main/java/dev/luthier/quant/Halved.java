package dev.luthier.quant;

import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Scratch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A frozen matrix in 16 bits, such as a token table or an output head beside quantised layers. Rows
 * are picked before they are widened, and all of it is widened by runs of rows, so that a large
 * vocabulary never stands in memory in 32 bits.
 */
public final class Halved implements Packed {
  /** Values of a piece: 64 MiB in float32. */
  private static final long PIECE = 1 << 24;

  private final Tensor values;
  private final long rows;

  /**
   * @param values (rows, ..) in a 16-bit type; this object becomes its owner. Views of a mapped
   *     file take no memory before they are used
   */
  public Halved(Tensor values) {
    this.values = values;
    long width = Math.max(1, values.numel() / Math.max(1, values.size(0)));
    this.rows = Math.max(1, PIECE / width);
    values.retainReference();
  }

  /** Whether values of this type take 16 bits. */
  public static boolean fits(ScalarType type) {
    return type == ScalarType.BFloat16 || type == ScalarType.Half;
  }

  @Override
  public long[] shape() {
    return Ops.shape(values);
  }

  @Override
  public Tensor unpacked(ScalarType type) {
    return values.to(type);
  }

  @Override
  public Tensor borrowed(ScalarType type) {
    return Scratch.tensor(values, type, shape()).copy_(values);
  }

  @Override
  public Tensor rows(Tensor ids, ScalarType type) {
    return values.index_select(0, ids).to(type);
  }

  @Override
  public int pieces() {
    return Math.toIntExact(Math.max(1, (values.size(0) + rows - 1) / rows));
  }

  @Override
  public Tensor piece(int index, ScalarType type) {
    long from = index * rows;
    Tensor some = values.narrow(0, from, Math.min(rows, values.size(0) - from));
    return Scratch.tensor(values, type, Ops.shape(some)).copy_(some);
  }

  @Override
  public long bytes() {
    return values.numel() * values.element_size();
  }

  @Override
  public void close() {
    values.releaseReference();
  }
}

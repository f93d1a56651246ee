package dev.luthier.quant;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Scratch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A weight in eight bits. It owns what it holds until it is closed. */
public final class EightBitMatrix implements Packed {
  private final EightBit kind;
  private final long[] shape;
  private final ScalarType dtype;
  private final Bytes held;
  private final Compute compute;

  /**
   * @param dtype the type that the weight had
   * @param held kept by the caller for this object
   */
  EightBitMatrix(EightBit kind, long[] shape, ScalarType dtype, Bytes held, Compute compute) {
    this.kind = kind;
    this.shape = shape.clone();
    this.dtype = dtype;
    this.held = held;
    this.compute = compute;
  }

  public EightBit kind() {
    return kind;
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** The type that the weight had. */
  public ScalarType dtype() {
    return dtype;
  }

  Bytes held() {
    return held;
  }

  @Override
  public Tensor unpacked(ScalarType type) {
    return into(FourBit.empty(held.bytes().numel(), type, compute));
  }

  @Override
  public Tensor borrowed(ScalarType type) {
    return into(Scratch.tensor(held.bytes(), type, held.bytes().numel()));
  }

  @Override
  public void write(Tensor room) {
    Tables.bytes(kind.block(), compute).dequantise(held, room);
  }

  private Tensor into(Tensor out) { // (n)
    write(out.view(shape));
    return out.view(shape);
  }

  @Override
  public long bytes() {
    return held.held();
  }

  @Override
  public void close() {
    held.close();
  }
}

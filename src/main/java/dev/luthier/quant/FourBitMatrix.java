package dev.luthier.quant;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Fusion;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Scratch;
import dev.luthier.tensor.Unpacker;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A weight in four bits. It owns what it holds until it is closed. */
public final class FourBitMatrix implements Packed {
  private final FourBit kind;
  private final long[] shape;
  private final ScalarType dtype;
  private final Tensor bytes; // ((n + 1) / 2)
  private final Scales scales;
  private final Compute compute;

  /**
   * @param dtype the type that the weight had
   * @param bytes kept by the caller for this object, as is what the scales hold
   */
  FourBitMatrix(
      FourBit kind, long[] shape, ScalarType dtype, Tensor bytes, Scales scales, Compute compute) {
    this.kind = kind;
    this.shape = shape.clone();
    this.dtype = dtype;
    this.bytes = bytes;
    this.scales = scales;
    this.compute = compute;
  }

  public FourBit kind() {
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

  Tensor packed() {
    return bytes;
  }

  Scales scales() {
    return scales;
  }

  @Override
  public Tensor unpacked(ScalarType type) {
    return into(FourBit.empty(count(), type, compute));
  }

  @Override
  public Tensor borrowed(ScalarType type) {
    return into(Scratch.tensor(bytes, type, count()));
  }

  @Override
  public void write(Tensor room) {
    if (!alone(room)) {
      Packed.super.write(room);
    }
  }

  private Tensor into(Tensor out) { // (n)
    if (!alone(out.view(shape))) {
      inParts(out);
    }
    return out.view(shape);
  }

  /** In one pass, where something can do it. */
  private boolean alone(Tensor room) {
    Optional<Unpacker> unpacker = Fusion.unpacker(room);
    unpacker.ifPresent(
        u -> {
          try (Scope scope = new Scope()) {
            Tensor pairs = Tables.of(kind.code(), compute).pairs();
            Tensor rows = room.dim() == 2 ? room : room.view(1, -1);
            u.pairs(bytes, pairs, scales.absmax(), kind.block(), rows);
          }
        });
    return unpacker.isPresent();
  }

  private void inParts(Tensor out) { // (n)
    long n = count();
    Tensor pairs = Tables.of(kind.code(), compute).pairs();
    try (Scope scope = new Scope()) {
      Tensor absmax = scales.absmax();
      Blocks.of(kind.block(), compute)
          .each(
              n,
              (at, row, rows, width) -> {
                long many = rows * width;
                Tensor two = bytes.narrow(0, at / 2, (many + 1) / 2).to(ScalarType.Int);
                Tensor values = pairs.index_select(0, two).view(ScalarType.Float);
                torch.mul_out( // w = value c
                    out.narrow(0, at, many).view(rows, width),
                    values.narrow(0, 0, many).view(rows, width),
                    absmax.narrow(0, row, rows).unsqueeze(1));
              });
    }
  }

  private long count() {
    return Ops.count(shape);
  }

  @Override
  public long bytes() {
    return bytes.nbytes() + scales.held();
  }

  @Override
  public void close() {
    Scope.free(bytes);
    scales.close();
  }
}

package dev.luthier.model;

import dev.luthier.io.Safetensors;
import dev.luthier.io.WeightFiles;
import dev.luthier.quant.Halved;
import dev.luthier.quant.QuantFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Storage;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * How a folder's weights are kept where the run packs them: matrices of linear maps one after the
 * other, each read into memory of its own and freed when it is packed; token tables and output
 * heads in 16 bits where the files have them so. What the files hold quantised stays as it is.
 */
record Packing(WeightFiles files, QuantFiles quantised, Compute compute) {
  /** W (out, in), or nothing where nothing is packed. */
  @Nullable Packed matrix(Safetensors.Info info) {
    return packed(info, false);
  }

  /** The same of a file that holds W^T (in, out). */
  @Nullable Packed turned(Safetensors.Info info) {
    Packed packed = packed(info, true);
    return packed == null ? null : new Turned(packed);
  }

  private @Nullable Packed packed(Safetensors.Info info, boolean turned) {
    if (quantised.holds(info.name())) {
      return asStored(info);
    }
    Storage storage = compute.packing().orElse(null);
    if (storage == null) {
      return null;
    }
    if (compute.hollow()) {
      long[] shape = info.shape();
      long[] seen = turned ? new long[] {shape[1], shape[0]} : shape;
      return new Hollow(seen, storage.bytes(shape[0] * shape[1]), compute);
    }
    try (Scope scope = new Scope()) {
      Tensor read = files.read(info.name());
      return storage.pack(info.name(), turned ? read.t().contiguous() : read, compute);
    }
  }

  /** A table, or nothing where it is as wide as the type of computation. */
  @Nullable Packed table(Safetensors.Info info) {
    if (quantised.holds(info.name())) {
      return asStored(info);
    }
    boolean narrower = Halved.fits(info.dtype()) && info.dtype() != compute.dtype();
    boolean freezes = compute.packing().isPresent() || !quantised.isEmpty();
    if (freezes && narrower && compute.hollow()) {
      long count = Ops.count(info.shape());
      return new Hollow(info.shape(), compute.isCuda() ? 2 * count : 0, compute);
    }
    return freezes && narrower
        ? new Halved(files.tensor(info.name()).to(compute.torchDevice(), info.dtype()))
        : null;
  }

  private Packed asStored(Safetensors.Info info) {
    String name = info.name();
    if (!compute.hollow()) {
      return quantised.read(name, compute);
    }
    long[] shape = quantised.shape(name);
    long count = Ops.count(shape);
    long beside = compute.isCuda() ? quantised.storage(name).bytes(count) : 0;
    return new Hollow(shape, beside, compute);
  }

  /** The values of what is kept in the type of computation. */
  Tensor whole(Safetensors.Info info) {
    if (!quantised.holds(info.name())) {
      return files.tensor(info.name()).to(compute.torchDevice(), compute.dtype());
    }
    try (Packed packed = quantised.read(info.name(), compute)) {
      return packed.unpacked(compute.dtype());
    }
  }
}

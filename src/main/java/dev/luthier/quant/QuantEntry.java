package dev.luthier.quant;

import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.io.WeightFiles;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Storage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One quantised weight of a folder. */
record QuantEntry(Path dir, String name, QuantState state, Storage storage) {
  static final String ABSMAX = ".absmax";
  static final String MAP = ".quant_map";
  static final String NESTED_ABSMAX = ".nested_absmax";
  static final String NESTED_MAP = ".nested_quant_map";
  static final String[] PARTS = {ABSMAX, MAP, NESTED_ABSMAX, NESTED_MAP, ".quant_state."};

  /**
   * @param stateName the tensor that holds the state, whose end is the type
   */
  static QuantEntry of(Path dir, WeightFiles files, String name, String stateName) {
    if (!files.infos().containsKey(name)) {
      throw new UserError(
          "%s: holds %s but not %s; fetch it again".formatted(dir, stateName, name));
    }
    QuantState state = QuantState.parse(dir + ": " + stateName, bytes(files.tensor(stateName)));
    return new QuantEntry(dir, name, state, storage(dir, stateName, state));
  }

  private static byte[] bytes(Tensor tensor) {
    long[] values = Ops.toLongs(tensor);
    byte[] out = new byte[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) values[i];
    }
    return out;
  }

  private static Storage storage(Path dir, String stateName, QuantState state) {
    try {
      if (state.type().equals(QuantState.INT8)) {
        return new EightBit(state.block());
      }
      for (Code code : Code.values()) {
        if (code.spelling().equals(state.type())) {
          return new FourBit(code, state.block(), state.offset().isPresent());
        }
      }
    } catch (UserError e) {
      throw new UserError("%s: %s: %s".formatted(dir, stateName, e.getMessage()), e);
    }
    throw new UserError(
        "%s: %s: quant_type %s is not built; there are nf4, fp4 and %s"
            .formatted(dir, stateName, state.type().toLowerCase(Locale.ROOT), QuantState.INT8));
  }

  /** The weight on a device; the caller owns it. */
  Packed read(WeightFiles files, Compute compute) {
    try (Scope scope = new Scope()) {
      if (storage instanceof FourBit kind) {
        check(files, MAP, kind.code().numbers());
        Tensor bytes = part(files, "", ScalarType.Byte, (state.count() + 1) / 2, compute);
        return new FourBitMatrix(
            kind,
            state.shape(),
            state.dtype(),
            scope.keep(bytes),
            scales(files, kind, compute, scope),
            compute);
      }
      EightBit kind = (EightBit) storage;
      check(files, MAP, DynamicMap.SIGNED.numbers());
      Bytes held =
          new Bytes(
              part(files, "", ScalarType.Byte, state.count(), compute),
              part(files, ABSMAX, ScalarType.Float, blocks(state.count(), kind.block()), compute),
              kind.block());
      return new EightBitMatrix(kind, state.shape(), state.dtype(), held.keep(scope), compute);
    }
  }

  private Scales scales(WeightFiles files, FourBit kind, Compute compute, Scope scope) {
    long many = blocks(state.count(), kind.block());
    if (!kind.doubled()) {
      return new Scales.Single(scope.keep(part(files, ABSMAX, ScalarType.Float, many, compute)));
    }
    check(files, NESTED_MAP, DynamicMap.SIGNED.numbers());
    int block = Scales.Double.BLOCK;
    Bytes distances =
        new Bytes(
            part(files, ABSMAX, ScalarType.Byte, many, compute),
            part(files, NESTED_ABSMAX, ScalarType.Float, blocks(many, block), compute),
            block);
    return new Scales.Double(distances.keep(scope), (float) state.offset().orElseThrow(), compute);
  }

  private static long blocks(long n, int block) {
    return (n + block - 1) / block;
  }

  /** A part as a vector on the device; on a CPU a view on the mapping. */
  private Tensor part(
      WeightFiles files, String suffix, ScalarType type, long count, Compute compute) {
    Tensor stored = tensor(files, suffix).reshape(-1);
    // bnb_4bit_quant_storage may call the bytes of a weight another type
    Tensor typed = suffix.isEmpty() ? stored.view(ScalarType.Byte) : stored;
    if (typed.scalar_type().intern() != type || typed.numel() != count) {
      throw new UserError(
          "%s: %s holds %d values of %s, but a weight of %s in blocks of %d needs %d of %s"
              .formatted(
                  dir,
                  name + suffix,
                  typed.numel(),
                  typed.scalar_type().intern(),
                  Arrays.toString(state.shape()),
                  state.block(),
                  count,
                  type));
    }
    return compute.isCuda() ? typed.to(compute.torchDevice(), type) : typed;
  }

  private void check(WeightFiles files, String suffix, float[] values) {
    if (!Arrays.equals(Ops.toFloats(tensor(files, suffix)), values)) {
      throw new UserError(
          "%s: %s holds other values than %s has; such a model is not built"
              .formatted(dir, name + suffix, state.type()));
    }
  }

  private Tensor tensor(WeightFiles files, String suffix) {
    Safetensors.Info info = files.infos().get(name + suffix);
    if (info == null) {
      throw new UserError("%s: tensor %s is missing".formatted(dir, name + suffix));
    }
    return files.tensor(name + suffix);
  }
}

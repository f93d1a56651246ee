package dev.luthier.recipe;

import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Packed;
import dev.luthier.tensor.Storage;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What quantising a model did: bytes, bits, and how far the weights moved. */
final class QuantReport {
  private final Storage storage;
  private final Map<String, Kind> kinds = new TreeMap<>();
  private long bytesBefore;
  private long bytesAfter;

  /** The maps of one name. */
  private static final class Kind {
    long maps;
    long weights;
    long bytes;
    double squares; // of the weights
    double errors; // squares of what they moved by
  }

  QuantReport(Storage storage) {
    this.storage = storage;
  }

  /** A tensor of the files that were read. */
  void read(Tensor tensor) {
    bytesBefore += tensor.nbytes();
  }

  /** The bytes of the files that were written. */
  void written(long bytes) {
    bytesAfter = bytes;
  }

  /** A map that was quantised. */
  void packed(String name, Tensor weight, Packed packed) {
    Kind kind = kinds.computeIfAbsent(name, n -> new Kind());
    Tensor moved = packed.unpacked(ScalarType.Float).sub_(weight);
    kind.maps++;
    kind.weights += weight.numel();
    kind.bytes += packed.bytes();
    kind.squares += square(weight);
    kind.errors += square(moved);
  }

  private static double square(Tensor t) {
    return Math.pow(t.norm(new ScalarOptional(Ops.scalar(2)), ScalarType.Float).item_double(), 2);
  }

  void print(PrintWriter out) {
    long weights = kinds.values().stream().mapToLong(k -> k.weights).sum();
    long bytes = kinds.values().stream().mapToLong(k -> k.bytes).sum();
    out.printf(Locale.ROOT, "%-16s %6s %15s  %s%n", "linear maps", "number", "weights", "error");
    kinds.forEach(
        (name, k) ->
            out.printf(
                Locale.ROOT,
                "%-16s %6d %,15d  %.4f%n",
                name,
                k.maps,
                k.weights,
                Math.sqrt(k.errors / k.squares)));
    out.printf(Locale.ROOT, "kept as   %s%n", storage);
    out.printf(Locale.ROOT, "bits      %.3f for each of their weights%n", 8.0 * bytes / weights);
    out.printf(
        Locale.ROOT,
        "bytes     %,d before, %,d after (%.1f %%)%n",
        bytesBefore,
        bytesAfter,
        100.0 * bytesAfter / bytesBefore);
  }
}

package dev.luthier.train;

import dev.luthier.io.Scratch;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Where an optimizer's state lies between the steps, and how it comes to the arithmetic. */
sealed interface Shelf extends AutoCloseable permits Resident, Streamed {
  /**
   * A vector that is kept.
   *
   * @param per how many weights of a piece share an entry
   */
  record Kept(String name, ScalarType type, int per) {
    /** One float32 for each weight. */
    static Kept float32(String name) {
      return new Kept(name, ScalarType.Float, 1);
    }

    /** Entries for so many weights. */
    long entries(long weights) {
      return (weights + per - 1) / per;
    }

    long entries(List<Piece> pieces) {
      return pieces.stream().mapToLong(p -> entries(p.count())).sum();
    }

    long bytes(List<Piece> pieces) {
      return entries(pieces) * (type == ScalarType.Byte ? 1 : Float.BYTES);
    }
  }

  /** Works on the state of a piece, which lies where the weights are. */
  interface Work {
    void on(Piece piece, List<Tensor> state);
  }

  /** Makes a shelf of zeros; the pieces' entries lie end to end. */
  interface Maker {
    Shelf shelf(List<Piece> pieces, List<Kept> kept);
  }

  /** Hands the state of every piece to the work, in order; what the work changes is kept. */
  void each(Work work);

  /** The whole vectors by name; whatever was on its way has arrived. */
  Map<String, Tensor> vectors();

  @Override
  void close();

  /** In the device's memory. */
  static Maker resident(Compute compute) {
    return (pieces, kept) -> {
      Map<String, Tensor> vectors = new LinkedHashMap<>();
      try (Scope scope = new Scope()) {
        for (Kept k : kept) {
          long[] size = {k.entries(pieces)};
          vectors.put(k.name(), scope.keep(torch.zeros(size, compute.options(k.type()))));
        }
      }
      return new Resident(pieces, kept, vectors);
    };
  }

  /**
   * Where memory is cheaper. For a GPU that is pinned host memory. For a CPU it is a file that is
   * mapped into memory: the system keeps of it what there is room for and writes the rest back, so
   * that a step becomes slower where otherwise the process would die.
   *
   * @param folder of that file, which has no name there
   */
  static Maker paged(Compute compute, Path folder) {
    return compute.isCuda()
        ? (pieces, kept) -> new Streamed(pieces, kept, compute)
        : (pieces, kept) -> mapped(pieces, kept, folder);
  }

  private static Shelf mapped(List<Piece> pieces, List<Kept> kept, Path folder) {
    try (Scope scope = new Scope()) {
      Tensor file =
          Scratch.mapped(folder, kept.stream().mapToLong(k -> aligned(k.bytes(pieces))).sum());
      Map<String, Tensor> vectors = new LinkedHashMap<>();
      long at = 0;
      for (Kept k : kept) {
        Tensor bytes = file.narrow(0, at, k.bytes(pieces));
        vectors.put(k.name(), scope.keep(bytes.view(k.type())));
        at += aligned(k.bytes(pieces));
      }
      return new Resident(pieces, kept, vectors);
    }
  }

  private static long aligned(long bytes) {
    return (bytes + 63) / 64 * 64;
  }
}

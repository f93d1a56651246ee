package dev.luthier.train;

import dev.luthier.tensor.Compute;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A part of the flat buffer whose weights share rate and decay.
 *
 * @param at its first weight
 * @param count of its weights
 * @param lr peak learning rate
 */
record Piece(long at, long count, double lr, double weightDecay) {
  /** Weights at once on a CPU: temporaries of 4 MiB stay in the cache (docs/memory.md). */
  static final long ON_CPU = 1 << 20;

  /** Weights at once on a GPU: few enough launches, and temporaries of 64 MiB. */
  static final long ON_GPU = 1 << 24;

  static long most(Compute compute) {
    return compute.isCuda() ? ON_GPU : ON_CPU;
  }

  /** Groups that lie end to end, in pieces of at most so many weights. */
  static List<Piece> cut(List<Optim.Group> groups, long most) {
    List<Piece> out = new ArrayList<>();
    long at = 0;
    for (Optim.Group group : groups) {
      out.addAll(new Piece(at, group.count(), group.lr(), group.weightDecay()).split(most));
      at += group.count();
    }
    return out;
  }

  List<Piece> split(long most) {
    List<Piece> out = new ArrayList<>();
    for (long from = 0; from < count; from += most) {
      out.add(new Piece(at + from, Math.min(most, count - from), lr, weightDecay));
    }
    return out;
  }

  /** This part of a flat vector. */
  Tensor of(Tensor flat) {
    return flat.narrow(0, at, count);
  }
}

package dev.luthier.model;

import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Sequences;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A batch with P virtual tokens in front of every sequence. Letters: B sequences, N tokens without
 * the virtual ones.
 *
 * @param all the sequences with the virtual tokens, whose ids mean nothing
 * @param virtual (B P) rows of the virtual tokens in all; none where P is 0
 * @param real (N) rows of the others; none where P is 0
 */
record Widened(Sequences all, @Nullable Tensor virtual, @Nullable Tensor real) {
  static Widened of(Sequences batch, int by, Compute compute) {
    if (by == 0) {
      return new Widened(batch, null, null);
    }
    int[] lengths = batch.lengths().clone();
    long[] virtual = new long[batch.count() * by];
    long[] real = new long[batch.tokens()];
    for (int b = 0, at = 0, v = 0, r = 0; b < lengths.length; b++) {
      for (int i = 0; i < by; i++) {
        virtual[v++] = at++;
      }
      for (int i = 0; i < batch.lengths()[b]; i++) {
        real[r++] = at++;
      }
      lengths[b] += by;
    }
    Tensor rows = Ops.longs(real, compute);
    long[] any = new long[virtual.length + real.length]; // some token, overwritten later
    Tensor ids = Ops.longs(any, compute).index_copy(0, rows, batch.ids());
    return new Widened(new Sequences(ids, lengths), Ops.longs(virtual, compute), rows);
  }

  /** What belongs to all tokens, without what belongs to virtual ones. */
  Tensor real(Tensor states) {
    return real == null ? states : states.index_select(0, real);
  }

  /** What belongs to the real tokens, (N) int64, with zeros for the others. */
  Tensor widen(Tensor values) {
    return real == null ? values : all.ids().mul(Ops.whole(0)).index_copy(0, real, values);
  }
}

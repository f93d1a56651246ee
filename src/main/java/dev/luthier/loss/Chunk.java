package dev.luthier.loss;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Written;
import dev.luthier.tensor.Compute;

/** How many tokens a head scores at once. Letters: M tokens, V vocabulary. */
@Doc(
    "`auto` (as many as have scores of 128 MB, or of 512 MB on a GPU), a number of tokens, or 0 for"
        + " all")
public sealed interface Chunk extends Written {
  /** So many, for a vocabulary of V. */
  long tokens(long vocabulary, Compute compute);

  /** As many as have scores of 128 MB in float32, or of 512 MB on a GPU, in steps of 64. */
  record Auto() implements Chunk {
    @Override
    public long tokens(long vocabulary, Compute compute) {
      long bytes = (compute.isCuda() ? 512L : 128L) << 20;
      return Math.max(64, bytes / (4 * vocabulary) / 64 * 64);
    }

    @Override
    public Object written() {
      return "auto";
    }
  }

  /** A number. */
  record Tokens(int count) implements Chunk {
    @Override
    public long tokens(long vocabulary, Compute compute) {
      return count;
    }

    @Override
    public Object written() {
      return count;
    }
  }

  /** All that a batch has. */
  record All() implements Chunk {
    @Override
    public long tokens(long vocabulary, Compute compute) {
      return Long.MAX_VALUE;
    }

    @Override
    public Object written() {
      return 0;
    }
  }

  static Chunk read(Object yaml) {
    if (yaml instanceof Integer n && n >= 0) {
      return n == 0 ? new All() : new Tokens(n);
    }
    if (yaml instanceof String text && text.strip().equals("auto")) {
      return new Auto();
    }
    throw new IllegalArgumentException("auto, a number of tokens, or 0 for all at once");
  }
}

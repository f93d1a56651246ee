package dev.luthier.judge;

import java.util.List;
import java.util.Optional;

/** Says which of two answers is better. */
public interface Judge extends AutoCloseable {
  /**
   * An opinion on each pair, in their order; empty where the judge's answer says nothing of it.
   *
   * @throws dev.luthier.error.UserError naming the row where it cannot be asked
   * @throws java.io.UncheckedIOException if it is gone; what it said is kept
   */
  List<Optional<Opinion>> of(List<Pair> pairs);

  /** Whether it reads both answers at once, so that their order may matter. */
  boolean ordered();

  /** All that its opinions depend on, in one text. */
  String identity();

  /** What it took, in words; empty where nothing is to be said. */
  default Optional<String> cost() {
    return Optional.empty();
  }

  @Override
  default void close() {}
}

package dev.luthier.data;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** What becomes of a row that is longer than the run allows. */
public enum TooLong {
  /** The run does not start. */
  RAISE {
    @Override
    <R> Optional<R> left(Supplier<Optional<R>> cut) {
      return Optional.empty();
    }
  },
  /** The row is left out. */
  DROP {
    @Override
    <R> Optional<R> left(Supplier<Optional<R>> cut) {
      return Optional.empty();
    }
  },
  /** The row's end is cut off; a row that has no target left is left out. */
  TRUNCATE {
    @Override
    <R> Optional<R> left(Supplier<Optional<R>> cut) {
      return cut.get();
    }
  };

  /**
   * What is left of a row that is too long; empty if nothing is.
   *
   * @param cut makes the row without its end
   */
  abstract <R> Optional<R> left(Supplier<Optional<R>> cut);

  /** How a recipe calls it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}

package dev.luthier.tensor;

/**
 * An operation on memory that stays where it is, told once and run again and again: all it needs is
 * ready, so that starting it costs next to nothing.
 */
@FunctionalInterface
public interface Prepared extends AutoCloseable {
  void run();

  @Override
  default void close() {}
}

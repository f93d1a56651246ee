package dev.luthier.model;

/**
 * A named place of a model whose content a parameter-efficient method exchanges, and gives back.
 */
public sealed interface Place<T> permits Slot, Seat {
  String path();

  /** What is in force now. */
  T current();

  void replace(T with);

  /** Puts back what was there at first. */
  void restore();
}

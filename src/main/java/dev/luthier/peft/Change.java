package dev.luthier.peft;

import dev.luthier.model.Place;

/**
 * What a method puts in a place.
 *
 * @param with an {@link Adaptation} where the place holds weights
 */
record Change<T>(Place<T> place, T with) {
  void make() {
    place.replace(with);
  }

  void undo() {
    place.restore();
  }
}

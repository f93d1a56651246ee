package dev.luthier.data;

import java.util.Optional;

/**
 * An example and where it came from.
 *
 * @param place file and line or row, for messages
 * @param task the name of the task that it belongs to, where it names one
 */
public record Sample(Example example, String place, Optional<String> task) {
  /** One that names no task. */
  public Sample(Example example, String place) {
    this(example, place, Optional.empty());
  }
}

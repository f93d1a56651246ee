package dev.luthier.data;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;

/**
 * An example and where it came from.
 *
 * @param place file and line or row, for messages
 * @param task the name of the task that it belongs to, where it names one
 * @param columns all of its row by column name, where the method asks for it; else none
 */
public record Sample(
    Example example, String place, Optional<String> task, Map<String, Object> columns) {
  public Sample {
    columns = Collections.unmodifiableMap(columns); // values may be null
  }

  /** One of whose row nothing else is kept. */
  public Sample(Example example, String place, Optional<String> task) {
    this(example, place, task, Map.of());
  }

  /** One that names no task. */
  public Sample(Example example, String place) {
    this(example, place, Optional.empty());
  }

  /** The same with all columns of its row. */
  Sample with(Map<String, Object> all) {
    return new Sample(example, place, task, all);
  }

  /** What a conversion made of it. */
  Sample as(Example other) {
    return new Sample(other, place, task, columns);
  }
}

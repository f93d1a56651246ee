package dev.luthier.data;

import java.io.Serial;

/** Leaves the reading of one row; {@link Form#read} makes a {@link Refusal} of it. */
final class RefusedRow extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;
  private final String reason;

  RefusedRow(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}

package dev.luthier.train;

import java.io.Serial;

/** A loss or a gradient is no finite number; going on would spoil every weight. */
public final class NonFinite extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  NonFinite(String message) {
    super(message);
  }
}

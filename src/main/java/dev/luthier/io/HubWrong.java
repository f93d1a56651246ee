package dev.luthier.io;

import java.io.IOException;
import java.io.Serial;

/** What the server sends is not what it lists: another size, another hash, another version. */
final class HubWrong extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  HubWrong(String message) {
    super(message);
  }
}

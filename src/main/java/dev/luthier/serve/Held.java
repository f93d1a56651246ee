package dev.luthier.serve;

import java.util.concurrent.atomic.AtomicBoolean;

/** A version that stays loaded until this is closed: one request's hold on it. */
final class Held implements AutoCloseable {
  private final Loaded loaded;
  private final Runnable release;
  private final AtomicBoolean open = new AtomicBoolean(true);

  Held(Loaded loaded, Runnable release) {
    this.loaded = loaded;
    this.release = release;
  }

  Loaded loaded() {
    return loaded;
  }

  String version() {
    return loaded.version();
  }

  @Override
  public void close() {
    if (open.getAndSet(false)) {
      release.run();
    }
  }
}

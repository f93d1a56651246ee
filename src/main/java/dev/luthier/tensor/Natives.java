package dev.luthier.tensor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * The native libraries. JavaCPP copies them out of their jars when they are first used, and a
 * process that maps a file which another one still writes dies of it (SIGBUS). So the first load
 * into a cache is one process's at a time; a mark in the cache says that it is done.
 */
final class Natives {
  private static final String LOCK = "luthier.lock";

  private Natives() {}

  /** Loads libtorch; called before anything else of it is. */
  static void load() {
    load(torch.class);
  }

  /** Loads a library and those that it stands on; again it does nothing. */
  static synchronized void load(Class<?> library) {
    try {
      Path cache = Loader.getCacheDir().toPath();
      Path mark = cache.resolve("luthier-%08x.loaded".formatted(kind(library)));
      if (Files.notExists(mark)) {
        first(library, cache.resolve(LOCK), mark);
        return;
      }
    } catch (IOException e) { // a cache that nothing can be written to, so nobody does
    }
    Loader.load(library);
  }

  private static void first(Class<?> library, Path lock, Path mark) throws IOException {
    try (FileChannel file =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = file.lock()) {
      Loader.load(library);
      Files.write(mark, new byte[0]);
    }
  }

  /** What decides which files a load copies. */
  private static int kind(Class<?> library) {
    return Objects.hash(
        library.getName(),
        System.getProperty("java.class.path"),
        System.getProperty("org.bytedeco.javacpp.platform.extension"),
        System.getProperty("org.bytedeco.openblas.load"));
  }
}

package dev.luthier.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps one download of a content at a time, over threads and processes of Luthier. Files lie where
 * huggingface_hub has its locks; its kind of lock (flock) does not see ours (fcntl), so that both
 * at once may fetch a file twice, and the check of the content keeps the result right.
 */
final class HubLock implements AutoCloseable {
  private static final Map<Path, ReentrantLock> HERE = new ConcurrentHashMap<>();

  private final ReentrantLock here;
  private final FileChannel channel;

  private HubLock(ReentrantLock here, FileChannel channel) {
    this.here = here;
    this.channel = channel;
  }

  /** Waits until nobody else holds it. */
  static HubLock take(Path file, HubProgress progress) throws InterruptedException {
    ReentrantLock here = HERE.computeIfAbsent(file, f -> new ReentrantLock());
    here.lockInterruptibly();
    boolean taken = false;
    try {
      Files.createDirectories(AtomicFile.folder(file));
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        FileLock lock = channel.tryLock();
        if (lock == null) {
          progress.note("waiting for another process that fetches the same file");
          lock = channel.lock();
        }
        taken = lock.isValid();
        return new HubLock(here, channel);
      } finally {
        if (!taken) {
          channel.close();
        }
      }
    } catch (java.nio.channels.FileLockInterruptionException e) {
      throw (InterruptedException) new InterruptedException().initCause(e);
    } catch (IOException e) {
      throw DiskErrors.writing(file, 0, 0, e);
    } finally {
      if (!taken) {
        here.unlock();
      }
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } finally {
      here.unlock();
    }
  }
}

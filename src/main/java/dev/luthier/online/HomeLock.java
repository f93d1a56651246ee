package dev.luthier.online;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock over the processes that share a home, and the threads of this one. It goes with its
 * process, however that ends.
 */
final class HomeLock implements AutoCloseable {
  private static final Map<Path, ReentrantLock> HERE = new ConcurrentHashMap<>();

  private final FileChannel channel;
  private final Optional<ReentrantLock> here;

  private HomeLock(FileChannel channel, Optional<ReentrantLock> here) {
    this.channel = channel;
    this.here = here;
  }

  /** Waits until it is free: for what takes a moment. */
  static HomeLock waiting(Path file) {
    ReentrantLock here =
        HERE.computeIfAbsent(file.toAbsolutePath().normalize(), f -> new ReentrantLock());
    here.lock();
    boolean taken = false;
    try {
      FileChannel channel = open(file);
      try {
        taken = channel.lock().isValid();
      } finally {
        if (!taken) {
          channel.close();
        }
      }
      return new HomeLock(channel, Optional.of(here));
    } catch (IOException e) {
      throw new UserError("cannot lock %s: %s".formatted(file, UserError.reason(e)), e);
    } finally {
      if (!taken) {
        here.unlock();
      }
    }
  }

  /** Takes it where it is free now; empty where somebody has it. */
  static Optional<HomeLock> now(Path file) {
    try {
      FileChannel channel = open(file);
      boolean taken = false;
      try {
        taken = channel.tryLock() != null;
      } catch (OverlappingFileLockException e) {
        taken = false; // a thread of this process has it
      } finally {
        if (!taken) {
          channel.close();
        }
      }
      return taken ? Optional.of(new HomeLock(channel, Optional.empty())) : Optional.empty();
    } catch (IOException e) {
      throw new UserError("cannot lock %s: %s".formatted(file, UserError.reason(e)), e);
    }
  }

  private static FileChannel open(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UserError("cannot give back a lock: " + UserError.reason(e), e);
    } finally {
      here.ifPresent(ReentrantLock::unlock);
    }
  }
}

package dev.luthier.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Fetches one file into the cache: goes on with what is there, and checks size and hash. */
final class HubDownload {
  private final HubClient client;
  private final HubCache cache;
  private final HubRetry retry;
  private final HubProgress progress;

  HubDownload(HubClient client, HubCache cache, HubRetry retry, HubProgress progress) {
    this.client = client;
    this.cache = cache;
    this.retry = retry;
    this.progress = progress;
  }

  /**
   * @throws UncheckedIOException if the file does not come, or is not the one that is listed
   */
  void fetch(HubName name, String commit, HubFile file) throws InterruptedException {
    try (HubLock lock = HubLock.take(cache.lock(name, file.etag()), progress)) {
      if (cache.holds(name, commit, file)) {
        progress.arrived(file.size());
        return;
      }
      boolean fresh = !HubCache.isWhole(cache.blob(name, file), file);
      if (fresh) {
        bring(name, commit, file);
      } else {
        progress.arrived(file.size());
      }
      cache.point(name, commit, file, fresh);
    }
  }

  private void bring(HubName name, String commit, HubFile file) throws InterruptedException {
    Path part = cache.part(name, file);
    try {
      Files.createDirectories(AtomicFile.folder(part));
      AtomicLong there = new AtomicLong(begun(part, file));
      progress.arrived(there.get());
      retry.run(
          () -> {
            read(name, commit, file, part, there);
            return there;
          },
          there::get);
      HubCheck.content(part, file);
      Files.move(
          part,
          cache.blob(name, file),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (HubWrong wrong) {
      drop(part);
      throw new UncheckedIOException(
          "%s, %s: %s; the part that came is dropped, try again"
              .formatted(name, file.path(), wrong.getMessage()),
          wrong);
    } catch (IOException e) {
      throw DiskErrors.writing(part, file.size(), 0, e);
    }
  }

  /** The bytes that a broken download left. */
  private static long begun(Path part, HubFile file) throws IOException {
    if (Files.exists(part) && Files.size(part) > file.size()) {
      Files.delete(part); // of something else
    }
    if (!Files.exists(part)) {
      Files.createFile(part);
    }
    return Files.size(part);
  }

  private static void drop(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      throw DiskErrors.writing(part, 0, 0, e);
    }
  }

  /** One connection: what is not there yet. */
  private void read(HubName name, String commit, HubFile file, Path part, AtomicLong there)
      throws HubCut, HubWrong, InterruptedException {
    long from = there.get();
    if (from == file.size()) {
      return;
    }
    try (HubHttp.Answer answer =
            client.file(name, commit, file, from, (s, h) -> HubCheck.version(s, h, commit, file));
        FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
      if (HubCheck.begin(answer, from, file) == 0 && from > 0) { // the server does not do parts
        channel.truncate(0);
        there.set(0);
        progress.arrived(-from);
      }
      channel.position(there.get());
      HubBody body = answer.body();
      for (Optional<List<ByteBuffer>> piece = body.next(); piece.isPresent(); piece = body.next()) {
        for (ByteBuffer bytes : piece.get()) {
          write(channel, bytes, file, there);
        }
      }
      channel.force(true);
    } catch (HubCut | HubWrong e) {
      throw e;
    } catch (IOException e) {
      throw DiskErrors.writing(part, file.size(), file.size() - there.get(), e);
    }
    if (there.get() < file.size()) {
      throw HubCheck.size(there.get(), file);
    }
  }

  private void write(FileChannel channel, ByteBuffer bytes, HubFile file, AtomicLong there)
      throws IOException {
    if (there.get() + bytes.remaining() > file.size()) {
      throw new HubWrong("more than the %,d bytes came that are listed".formatted(file.size()));
    }
    while (bytes.hasRemaining()) {
      int written = channel.write(bytes);
      there.addAndGet(written);
      progress.arrived(written);
    }
  }
}

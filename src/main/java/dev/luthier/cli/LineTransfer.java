package dev.luthier.cli;

import dev.luthier.io.HubName;
import dev.luthier.io.HubProgress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** A download's progress for logs and pipes: a line each tenth, and at least every minute. */
final class LineTransfer implements HubProgress {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final PrintWriter out;
  private final LongSupplier nanos;
  private long total;
  private long done;
  private long lastTenth;
  private long lastLine;

  /**
   * @param nanos a clock that only goes forward, in nanoseconds
   */
  LineTransfer(PrintWriter out, LongSupplier nanos) {
    this.out = out;
    this.nanos = nanos;
  }

  @Override
  public synchronized void begin(HubName name, int files, long total) {
    this.total = total;
    this.done = 0;
    this.lastTenth = 0;
    this.lastLine = nanos.getAsLong();
    note("fetching %s: %s in %d files".formatted(name, size(total), files));
  }

  @Override
  public synchronized void arrived(long bytes) {
    done += bytes;
    long tenth = total == 0 ? 0 : done * 10 / total;
    long now = nanos.getAsLong();
    if (tenth > lastTenth || now - lastLine >= MINUTE) {
      lastTenth = Math.max(tenth, lastTenth);
      lastLine = now;
      note("%s of %s".formatted(size(done), size(total)));
    }
  }

  /** As download programs write it, in powers of ten. */
  static String size(long bytes) {
    if (bytes < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
    }
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
  }

  @Override
  public synchronized void note(String line) {
    out.println(line);
    out.flush();
  }

  @Override
  public void close() {
    out.flush();
  }
}

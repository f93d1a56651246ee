package dev.luthier.cli;

import dev.luthier.train.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Progress for logs and pipes: a line each twentieth of the run, and at least every minute. */
final class LineProgress implements Progress {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final PrintWriter out;
  private final LongSupplier nanos;
  private long begun;
  private long beganAt;
  private long total;
  private long lastLine;
  private boolean stepped;

  /**
   * @param nanos a clock that only goes forward, in nanoseconds
   */
  LineProgress(PrintWriter out, LongSupplier nanos) {
    this.out = out;
    this.nanos = nanos;
  }

  @Override
  public void begin(long done, long total) {
    this.begun = done;
    this.total = total;
    this.beganAt = nanos.getAsLong();
    this.lastLine = beganAt;
  }

  @Override
  public void step(Step step) {
    stepped = true;
    long now = nanos.getAsLong();
    long stride = Math.max(1, total / 20);
    boolean due = step.number() % stride == 0 || step.number() == total;
    if (!due && now - lastLine < MINUTE) {
      return;
    }
    lastLine = now;
    double perStep = (double) (now - beganAt) / Math.max(1, step.number() - begun);
    Duration left = Duration.ofNanos((long) (perStep * (total - step.number())));
    note(
        String.format(
            Locale.ROOT,
            "step %d/%d  %s  %s left",
            step.number(),
            total,
            numbers(step),
            text(left)));
  }

  /** What a step is known by, for lines and bars. */
  static String numbers(Step step) {
    return String.format(
        Locale.ROOT, "loss %.4f  %,.0f tokens/s", step.loss(), step.tokensPerSecond());
  }

  private static String text(Duration d) {
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", d.toHours(), d.toMinutesPart(), d.toSecondsPart());
  }

  @Override
  public void note(String line) {
    out.println(line);
    out.flush();
    if (!stepped) { // the time of an evaluation before the first step says nothing about steps
      beganAt = nanos.getAsLong();
    }
  }

  @Override
  public void close() {
    out.flush();
  }
}

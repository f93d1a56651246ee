package dev.luthier.cli;

import dev.luthier.io.HubName;
import dev.luthier.io.HubProgress;
import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A download's progress for a terminal: one bar at the bottom, notes above it. */
final class BarTransfer implements HubProgress {
  private final PrintStream out;
  private @Nullable ProgressBar bar;

  BarTransfer(PrintStream out) {
    this.out = out;
  }

  @Override
  public synchronized void begin(HubName name, int files, long total) {
    bar =
        new ProgressBarBuilder()
            .setTaskName(name.id())
            .setInitialMax(total)
            .startsFrom(0, Duration.ZERO)
            .setUnit(" MB", 1_000_000)
            .showSpeed()
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(250)
            .setConsumer(new Bottom(out, new ConsoleProgressBarConsumer(out)))
            .build();
  }

  @Override
  public synchronized void arrived(long bytes) {
    if (bar != null) {
      bar.stepBy(bytes);
    }
  }

  @Override
  public synchronized void note(String line) {
    Bottom.above(out, line);
    if (bar != null) {
      bar.refresh();
    }
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}

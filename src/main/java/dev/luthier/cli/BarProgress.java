package dev.luthier.cli;

import dev.luthier.train.Progress;
import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Progress for a terminal: one bar at the bottom, notes above it. */
final class BarProgress implements Progress {
  private final PrintStream out;
  private @Nullable ProgressBar bar;

  BarProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public void begin(long done, long total) {
    bar =
        new ProgressBarBuilder()
            .setTaskName("train")
            .setInitialMax(total)
            .startsFrom(done, Duration.ZERO)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(250)
            .setConsumer(new Bottom(out, new ConsoleProgressBarConsumer(out)))
            .build();
  }

  @Override
  public void step(Step step) {
    if (bar != null) {
      bar.setExtraMessage(" " + LineProgress.numbers(step)).stepTo(step.number());
    }
  }

  @Override
  public void note(String line) {
    Bottom.above(out, line);
    if (bar != null) {
      bar.refresh();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}

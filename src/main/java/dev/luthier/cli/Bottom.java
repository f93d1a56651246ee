package dev.luthier.cli;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarConsumer;

/** The last line of a terminal: a bar's own thread draws there; nobody writes in between. */
final class Bottom implements ProgressBarConsumer {
  private static final String CLEAR_LINE = "\r\u001b[2K";

  private final PrintStream out;
  private final ConsoleProgressBarConsumer console;

  Bottom(PrintStream out, ConsoleProgressBarConsumer console) {
    this.out = out;
    this.console = console;
  }

  /** Writes a line above the bar, which must then be drawn again. */
  static void above(PrintStream out, String line) {
    synchronized (out) {
      out.print(CLEAR_LINE + line + System.lineSeparator());
      out.flush();
    }
  }

  @Override
  public int getMaxRenderedLength() {
    return console.getMaxRenderedLength();
  }

  @Override
  public void accept(String rendered) {
    synchronized (out) {
      console.accept(rendered);
    }
  }

  @Override
  public void close() {
    synchronized (out) {
      console.close();
    }
  }
}

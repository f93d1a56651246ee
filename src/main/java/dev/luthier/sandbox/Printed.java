package dev.luthier.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What a process prints, read while it runs; one that prints too much is killed. */
final class Printed {
  private static final int PATIENCE = 2000; // milliseconds for what is still on its way

  private final Process process;
  private final int most;
  private final Thread reader = new Thread(this::read, "sandbox");
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CountDownLatch begun = new CountDownLatch(1);
  private volatile boolean tooMuch;

  /**
   * @param most bytes
   */
  Printed(Process process, int most) {
    this.process = process;
    this.most = most;
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    byte[] buffer = new byte[4096];
    try (InputStream in = process.getInputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (bytes.size() + n > most) {
          tooMuch = true;
          Sandbox.kill(process);
          return;
        }
        bytes.write(buffer, 0, n);
        begun.countDown();
      }
    } catch (IOException closed) {
      return; // the process was killed
    } finally {
      begun.countDown();
    }
  }

  /** Waits until it prints something, or nothing more. */
  void begin(long seconds) throws InterruptedException {
    boolean came = begun.await(seconds, TimeUnit.SECONDS);
    if (!came) {
      Sandbox.kill(process);
    }
  }

  boolean tooMuch() {
    return tooMuch;
  }

  /** What came after a first line; empty if that did not come. */
  Optional<String> after(String line) throws InterruptedException {
    reader.join(PATIENCE);
    String text = bytes.toString(StandardCharsets.UTF_8);
    String first = line + "\n";
    return text.startsWith(first) ? Optional.of(text.substring(first.length())) : Optional.empty();
  }
}

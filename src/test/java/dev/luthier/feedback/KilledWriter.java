package dev.luthier.feedback;

import java.io.PrintStream;
import java.util.stream.IntStream;

/** A process that writes feedback until it is killed, and prints the id of what is acknowledged. */
final class KilledWriter {
  private static final int THREADS = 4;

  private KilledWriter() {}

  /**
   * @param args the URL of the store, and what this run's ids begin with
   */
  public static void main(String[] args) {
    PrintStream out = System.out;
    Thread parent =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {}
              } catch (java.io.IOException e) {
                // as at its end
              }
              Runtime.getRuntime().halt(3); // whoever started it is gone
            });
    parent.setDaemon(true);
    parent.start();
    FeedbackStore store = FeedbackStores.open(args[0]);
    IntStream.range(0, THREADS)
        .mapToObj(i -> new Thread(() -> write(store, args[1] + "-" + i + "-", out)))
        .forEach(Thread::start);
  }

  private static void write(FeedbackStore store, String prefix, PrintStream out) {
    for (int i = 0; ; i++) {
      String id = prefix + i;
      store.add(Rows.answer("a" + id, "question " + i % 7, "answer " + id));
      store.add(new Feedback(id, "a" + id, "r1", Rows.NOON, new Said.Comment("about " + id)));
      synchronized (out) {
        out.print(id + "\n");
        out.flush();
      }
    }
  }
}

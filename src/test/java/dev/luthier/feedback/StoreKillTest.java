package dev.luthier.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fifty random moments at which a process that writes with four threads is killed: what it was told
 * is kept, is there. At 46 of them the process is only held (SIGSTOP) and its files are copied:
 * they hold then what a kill would leave, since a killed process writes nothing more. At the last
 * four it is killed (SIGKILL), and the next one goes on in the same database.
 */
@DisabledOnOs(OS.WINDOWS)
class StoreKillTest {
  private static final int HELD = 46;
  private static final int KILLED = 4;
  private static final long PATIENCE_S = 120;

  @TempDir Path folder;
  private final Random random = new Random(17);

  /** The process, and what it has said so far. */
  private record Writer(Process process, List<String> acknowledged, Thread reader) {
    static Writer start(Path database, String prefix) throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xmx256m",
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              System.getProperty("java.class.path"),
              KilledWriter.class.getName(),
              "jdbc:sqlite:" + database,
              prefix);
      Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
      List<String> lines = Collections.synchronizedList(new ArrayList<>());
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      Thread reader =
          new Thread(
              () -> {
                try {
                  for (String s = out.readLine(); s != null; s = out.readLine()) {
                    lines.add(s);
                  }
                } catch (IOException e) {
                  // the process is gone
                }
              });
      reader.start();
      return new Writer(process, lines, reader);
    }

    List<String> soFar() {
      synchronized (acknowledged) {
        return List.copyOf(acknowledged);
      }
    }

    /** Waits until it has said more than it had. */
    void goesOn(int than) throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
      while (acknowledged.size() <= than) {
        assertThat(System.nanoTime()).as("the writer writes").isLessThan(end);
        assertThat(process.isAlive()).as("the writer lives").isTrue();
        Thread.sleep(1);
      }
    }

    void signal(String name) throws IOException, InterruptedException {
      Process kill = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start();
      assertThat(kill.waitFor()).isZero();
    }
  }

  @Test
  void whatWasAcknowledgedOutlivesAKillAtAnyMoment() throws Exception {
    Path database = folder.resolve("feedback.db");
    List<String> acknowledged = new ArrayList<>();
    for (int run = 0; run < KILLED; run++) {
      Writer writer = Writer.start(database, "run" + run);
      try {
        writer.goesOn(0);
        for (int i = run; i < HELD; i += KILLED) {
          int before = writer.soFar().size();
          Thread.sleep(random.nextInt(25));
          writer.signal("STOP");
          stopped(writer.process);
          List<String> said = new ArrayList<>(acknowledged);
          said.addAll(writer.soFar());
          Path copy = Files.createDirectory(folder.resolve("moment" + run + "-" + i));
          copy(database, copy);
          writer.signal("CONT");
          check(copy.resolve("feedback.db"), said);
          writer.goesOn(before);
        }
      } finally {
        writer.process.destroyForcibly().waitFor(); // SIGKILL
        writer.reader.join();
      }
      acknowledged.addAll(writer.acknowledged);
      try (FeedbackStore store = FeedbackStores.open("jdbc:sqlite:" + database)) {
        assertThat(ids(store)).containsAll(acknowledged);
      }
    }
    assertThat(acknowledged).hasSizeGreaterThan(HELD + KILLED);
  }

  private static Set<String> ids(FeedbackStore store) {
    Set<String> out = new HashSet<>();
    store.feedback(Asked.all()).forEach(j -> out.add(j.feedback().id()));
    return out;
  }

  /** Linux says of every thread what it does: T is held. */
  private static void stopped(Process process) throws IOException, InterruptedException {
    Path tasks = Path.of("/proc", "" + process.pid(), "task");
    if (!Files.isDirectory(tasks)) {
      Thread.sleep(50);
      return;
    }
    boolean all = false;
    while (!all) {
      try (var threads = Files.list(tasks)) {
        all = true;
        for (Path thread : threads.toList()) {
          String state = Files.readString(thread.resolve("stat"));
          all &= state.charAt(state.lastIndexOf(')') + 2) == 'T';
        }
      }
    }
  }

  /** The database and its log; the index of the log is made anew from it. */
  private static void copy(Path database, Path to) throws IOException {
    for (String name : List.of("feedback.db", "feedback.db-wal")) {
      Path file = database.resolveSibling(name);
      if (Files.exists(file)) {
        Files.copy(file, to.resolve(name));
      }
    }
  }

  private static void check(Path copy, List<String> acknowledged) throws SQLException {
    Set<String> ids = new HashSet<>();
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement s = c.createStatement()) {
      try (ResultSet rows = s.executeQuery("pragma integrity_check")) {
        assertThat(rows.getString(1)).isEqualTo("ok");
      }
      try (ResultSet rows = s.executeQuery("pragma foreign_key_check")) {
        assertThat(rows.next()).as("a row that refers to none").isFalse();
      }
      try (ResultSet rows = s.executeQuery("select id from feedback")) {
        while (rows.next()) {
          ids.add(rows.getString(1));
        }
      }
    }
    assertThat(ids).containsAll(acknowledged);
  }
}

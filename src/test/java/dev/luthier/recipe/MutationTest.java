package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Broken model folders load or are refused with one clear line; they never end the process or keep
 * it. The folders are loaded in a process of their own, whose log is target/mutations.log; one
 * mutation alone is repeated with {@code -Dmutation=NAME#NUMBER}.
 */
final class MutationTest {
  /** For a machine that is busy with other things; what hangs, hangs for longer. */
  private static final long MINUTES = 15;

  /** How many ends of the process are gone past to see what else there is. */
  private static final int CRASHES = 10;

  @TempDir Path dir;

  @Test
  void aBrokenFolderLoadsOrIsRefusedInOneLine() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
    Path log = Files.createDirectories(Path.of("target")).resolve("mutations.log");
    List<String> lines = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    for (int run = 0; run < CRASHES && !last(lines).equals("END"); run++) {
      Path part = dir.resolve("log-" + run);
      Process child =
          new ProcessBuilder(
                  command(Files.createDirectory(dir.resolve("run-" + run)), part, last(lines)))
              .redirectErrorStream(true)
              .redirectOutput(log.resolveSibling("mutations.out").toFile())
              .start();
      child.waitFor(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      child.destroyForcibly().waitFor();
      lines.addAll(Files.readAllLines(part));
      Files.write(log, lines);
      if (!last(lines).equals("END")) {
        failures.add("%s -> exit code %d".formatted(last(lines), child.exitValue()));
      }
    }
    failures.addAll(failed(lines));
    assertThat(failures).isEmpty();
    if (only().isEmpty()) {
      assertThat(lines.stream().filter(l -> l.startsWith("REFUSED"))).hasSizeGreaterThan(1000);
      assertThat(lines.stream().filter(l -> l.startsWith("BEGIN"))).hasSizeGreaterThan(2000);
    }
  }

  private static String only() {
    return System.getProperty("mutation", "");
  }

  /**
   * This process's own options, but a heap that no broken number may ask more of.
   *
   * @param last the line of the mutation behind which to begin
   */
  private static List<String> command(Path work, Path log, String last) {
    String after = last.replaceAll("^BEGIN ([^:]*):.*", "$1");
    List<String> out = new ArrayList<>();
    out.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> a.startsWith("-D"))
        .forEach(out::add);
    out.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path")));
    out.addAll(
        List.of(MutationRun.class.getName(), work.toString(), log.toString(), only(), after));
    return out;
  }

  private static String last(List<String> lines) {
    return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
  }

  private static List<String> failed(List<String> lines) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("FAILED")) {
        out.add(lines.get(i - 1) + " -> " + lines.get(i));
      }
    }
    return out;
  }
}

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

  @TempDir Path dir;

  @Test
  void aBrokenFolderLoadsOrIsRefusedInOneLine() throws IOException, InterruptedException {
    Path log = Files.createDirectories(Path.of("target")).resolve("mutations.log");
    Process child =
        new ProcessBuilder(command(log))
            .redirectErrorStream(true)
            .redirectOutput(log.resolveSibling("mutations.out").toFile())
            .start();
    boolean ended = child.waitFor(MINUTES, TimeUnit.MINUTES);
    child.destroyForcibly().waitFor();
    List<String> lines = Files.readAllLines(log);
    assertThat(ended).as("ended in time; last was %s", last(lines)).isTrue();
    assertThat(child.exitValue()).as("exit code; last was %s", last(lines)).isZero();
    assertThat(failures(lines)).isEmpty();
    assertThat(lines).last().isEqualTo("END");
    if (only().isEmpty()) {
      assertThat(lines.stream().filter(l -> l.startsWith("REFUSED"))).hasSizeGreaterThan(1000);
      assertThat(lines.stream().filter(l -> l.startsWith("BEGIN"))).hasSizeGreaterThan(2000);
    }
  }

  private static String only() {
    return System.getProperty("mutation", "");
  }

  /** This process's own options, but a heap that no broken number may ask more of. */
  private List<String> command(Path log) {
    List<String> out = new ArrayList<>();
    out.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> a.startsWith("-D"))
        .forEach(out::add);
    out.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path")));
    out.addAll(List.of(MutationRun.class.getName(), dir.toString(), log.toString(), only()));
    return out;
  }

  private static String last(List<String> lines) {
    return lines.isEmpty() ? "(none)" : lines.get(lines.size() - 1);
  }

  private static List<String> failures(List<String> lines) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("FAILED")) {
        out.add(lines.get(i - 1) + " -> " + lines.get(i));
      }
    }
    return out;
  }
}

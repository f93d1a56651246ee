package dev.luthier.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.luthier.error.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs of the shell that mean no good; skipped where the system has no namespaces for users.
 */
class SandboxTest {
  private static final Isolation APART = new Isolation.Namespaces();

  private static Limits limits(double seconds) {
    return new Limits(seconds, 10, 256, 8, 4, 1);
  }

  private static Ran run(Isolation isolation, double seconds, String code, String input) {
    return new Sandbox(isolation, limits(seconds))
        .run(Map.of("a.sh", code), List.of("sh", "a.sh"), input);
  }

  private static Ran apart(double seconds, String code) {
    assumeTrue(isolates(), "needs unshare, setpriv, prlimit and namespaces for users");
    return run(APART, seconds, code, "");
  }

  /** Whether this system lets programs be isolated. */
  public static boolean isolates() {
    try {
      return run(APART, 10, "true", "").well();
    } catch (UserError e) {
      return false;
    }
  }

  @Test
  void readsAndPrints() {
    assertThat(run(new Isolation.None(), 10, "read x; echo \"<$x>\"; pwd; ls; exit 3", "é\n"))
        .satisfies(
            ran -> {
              assertThat(ran.exit()).isEqualTo(3);
              assertThat(ran.end()).isEqualTo(Ran.End.OVER);
              assertThat(ran.well()).isFalse();
              assertThat(ran.output()).startsWith("<é>\n").endsWith("/work\na.sh\n");
            });
    assumeTrue(isolates());
    assertThat(run(APART, 10, "read x; echo \"<$x>\"; ls; echo no >&2", "é\n"))
        .isEqualTo(new Ran(0, "<é>\na.sh\n", "no", Ran.End.OVER));
  }

  /** What ended by itself has printed what it did, however late that is read. */
  @Test
  void printedBeforeItIsKilled() throws Exception {
    Process process = new ProcessBuilder("echo", "5").start();
    process.waitFor();
    Sandbox.kill(process);
    assertThat(process.getInputStream().readAllBytes()).asString().isEqualTo("5\n");
  }

  /** Neither a loop nor what it started goes on; the folder is gone. */
  @Test
  void endsLoops() {
    Ran ran = apart(1, "pwd; sleep 4321 & while :; do :; done");
    assertThat(ran.end()).isEqualTo(Ran.End.TIME);
    assertThat(Path.of(ran.output().strip()).getParent()).doesNotExist();
    assertThat(ProcessHandle.allProcesses())
        .noneMatch(p -> p.info().commandLine().filter(c -> c.contains("sleep 4321")).isPresent());
    assertThat(run(new Isolation.None(), 0.5, "sleep 30", "").end()).isEqualTo(Ran.End.TIME);
  }

  /** A process that goes on in the background ends with the program. */
  @Test
  void leavesNothingBehind() {
    assertThat(apart(10, "sleep 4322 > /dev/null & exit 0").well()).isTrue();
    assertThat(ProcessHandle.allProcesses())
        .noneMatch(p -> p.info().commandLine().filter(c -> c.contains("sleep 4322")).isPresent());
  }

  /** At most 8 processes: the hundredth is never made. */
  @Test
  void boundsProcesses() {
    Ran ran =
        apart(
            10,
            "i=0; while [ $i -lt 100 ]; do sleep 30 & i=$((i+1)); echo $i; done; echo all of them");
    assertThat(ran.well()).isFalse();
    assertThat(ran.output()).contains("6\n").doesNotContain("9\n");
  }

  @Test
  void boundsOutput() {
    Ran ran = apart(30, "yes");
    assertThat(ran.end()).isEqualTo(Ran.End.OUTPUT);
    assertThat(ran.output().length()).isLessThanOrEqualTo(4096);
    assertThat(run(new Isolation.None(), 30, "yes", "").end()).isEqualTo(Ran.End.OUTPUT);
  }

  /** 300 MB in a variable, where 256 are allowed. */
  @Test
  void boundsMemory() {
    Ran ran = apart(30, "x=$(head -c 300000000 /dev/zero | tr '\\0' x); echo ${#x}");
    assertThat(ran.output()).doesNotContain("300000000");
    assertThat(ran.well()).isFalse();
  }

  /** 1 MB of disk, be it one file or several. */
  @Test
  void boundsDisk() {
    assertThat(apart(10, "head -c 2000000 /dev/zero > a && echo written").output()).isEmpty();
    assertThat(
            apart(10, "head -c 700000 /dev/zero > a && head -c 700000 /dev/zero > b && echo both")
                .output())
        .isEmpty();
  }

  /** Nothing of the machine can be written, and the program has no way to change that. */
  @Test
  void writesNowhereElse(@TempDir Path dir) throws Exception {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
    String code =
        "echo x > here && echo ours; echo x > %s/there || echo refused; mount -o remount,rw / || echo no rights"
            .formatted(dir);
    assertThat(apart(10, code).output()).isEqualTo("ours\nrefused\nno rights\n");
    assertThat(dir.resolve("there")).doesNotExist();
    assertThat(run(new Isolation.None(), 10, code, "").output()).startsWith("ours\n");
    assertThat(dir.resolve("there")).exists(); // limits alone isolate nothing
  }

  /** No network but an empty loopback, no other process, no environment. */
  @Test
  void seesNothingElse() {
    Ran ran =
        apart(
            10,
            "tail -n +3 /proc/net/dev | cut -d: -f1; ls -d /proc/[0-9]* | wc -l; env | cut -d= -f1 | sort");
    List<String> lines = ran.output().lines().map(String::strip).toList();
    assumeTrue(lines.size() > 5, "the system lets nobody mount /proc");
    assertThat(lines.get(0)).isEqualTo("lo");
    assertThat(Integer.parseInt(lines.get(1))).isLessThan(8);
    assertThat(lines)
        .contains("HOME", "PATH", "TMPDIR")
        .doesNotContain("JAVA_HOME", "USER", "OMP_NUM_THREADS");
  }

  @Test
  void programsThatAreNotThere() {
    Ran ran =
        new Sandbox(new Isolation.None(), limits(10))
            .run(Map.of("a.sh", ""), List.of("no-such-program"), "");
    assertThat(ran.exit()).isEqualTo(127);
    assertThat(ran.errors()).contains("no-such-program");
  }
}

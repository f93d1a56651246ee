package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher on a project folder that is already built, with a java that tells its arguments. */
class LauncherTest {
  private static final Path LAUNCHER = Path.of("luthier").toAbsolutePath();

  @TempDir private Path dir;

  private record Outcome(int code, String text) {}

  @BeforeAll
  static void needsBash() {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no /bin/bash on this machine");
  }

  private Outcome run(Map<String, String> environment, Path from, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(from.toFile()).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(k -> k.matches("(OMP|OPENBLAS|MKL|MALLOC|GLIBC|LUTHIER).*"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), text);
  }

  /** A folder with the launcher, sources older than the build, and a JDK that prints. */
  private Path project(String classPath, String version) throws IOException {
    Path home = Files.createDirectories(dir.resolve("my project"));
    Files.copy(LAUNCHER, home.resolve("luthier"));
    home.resolve("luthier").toFile().setExecutable(true);
    Files.createDirectories(home.resolve("src/main"));
    Files.createDirectories(home.resolve("target/classes/dev"));
    Files.writeString(home.resolve("pom.xml"), "<project/>");
    for (String old : List.of("pom.xml", "src/main")) {
      Files.setLastModifiedTime(home.resolve(old), FileTime.fromMillis(0));
    }
    Files.writeString(home.resolve("target/luthier-cpu.classpath"), classPath);
    Files.writeString(home.resolve("target/luthier-cpu.built"), "");
    Path jdk = Files.createDirectories(dir.resolve("jdk/bin"));
    script(jdk.resolve("javac"), "exit 0");
    script(
        jdk.resolve("java"),
        "pwd; printf '[%s]\\n' \"$@\"; env | grep -E 'OMP|MKL|BLAS|MALLOC|GLIBC'");
    Files.writeString(dir.resolve("jdk/release"), "JAVA_VERSION=\"%s\"\n".formatted(version));
    return home;
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/bash\n" + body + "\n");
    file.toFile().setExecutable(true);
  }

  private Map<String, String> jdk(String... more) {
    Map<String, String> all = new java.util.HashMap<>();
    all.put("JAVA_HOME", dir.resolve("jdk").toString());
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  @Test
  void isBash() throws Exception {
    for (String file : List.of("luthier", ".ci/run")) {
      assertThat(run(Map.of(), Path.of("."), "/bin/bash", "-n", file))
          .isEqualTo(new Outcome(0, ""));
    }
  }

  @Test
  void passesArgumentsOnFromAnyFolderThroughASymlink() throws Exception {
    Path home = project("", "17.0.1");
    Path elsewhere = Files.createDirectories(dir.resolve("else where"));
    Path link = Files.createSymbolicLink(elsewhere.resolve("l"), home.resolve("luthier"));
    Outcome outcome =
        run(jdk("OMP_NUM_THREADS", "3"), elsewhere, link.toString(), "a b", "--x.y=*");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.text().lines())
        .contains(
            elsewhere.toRealPath().toString(),
            "[dev.luthier.cli.Luthier]",
            "[a b]",
            "[--x.y=*]",
            "[-Dluthier.home=" + home.toRealPath() + "]",
            "[-Dluthier.terminal=false]",
            "OMP_NUM_THREADS=3",
            "OPENBLAS_NUM_THREADS=3",
            "MKL_NUM_THREADS=3",
            "OMP_WAIT_POLICY=passive",
            "MKL_THREADING_LAYER=GNU",
            "MALLOC_MMAP_THRESHOLD_=67108864",
            "MALLOC_TRIM_THRESHOLD_=268435456",
            "MALLOC_ARENA_MAX=1",
            "GLIBC_TUNABLES=glibc.malloc.tcache_count=0");
  }

  @Test
  void picksMklWhereItsJarIs() throws Exception {
    Path jar = Files.writeString(dir.resolve("mkl-1-linux-x86_64-redist.jar"), "");
    Path home = project(jar.toString(), "21");
    String launcher = home.resolve("luthier").toString();
    String mkl = "[-Dorg.bytedeco.openblas.load=mkl_rt]";
    assertThat(run(jdk(), dir, launcher).text()).contains(mkl);
    assertThat(run(jdk("LUTHIER_BLAS", "openblas"), dir, launcher).text()).doesNotContain(mkl);
    assertThat(run(jdk("LUTHIER_BLAS", "atlas"), dir, launcher))
        .isEqualTo(new Outcome(2, "error: LUTHIER_BLAS must be mkl or openblas, was atlas\n"));
    assertThat(run(jdk("LUTHIER_PROFILE", "gpu"), dir, launcher))
        .isEqualTo(new Outcome(2, "error: LUTHIER_PROFILE must be cpu or cuda, was gpu\n"));
    assertThat(run(jdk("LUTHIER_JAVA_OPTS", "-Xmx8g -ea"), dir, launcher).text())
        .contains("[-Xmx8g]\n[-ea]\n");
  }

  @Test
  void takesClassesOfTheUsersOwn() throws Exception {
    Path jar = Files.writeString(dir.resolve("x.jar"), "");
    Path home = project(jar.toString(), "17");
    String launcher = home.resolve("luthier").toString();
    Path own = Files.createDirectories(dir.resolve("my classes"));
    String classes = "[%s/target/classes:%s".formatted(home.toRealPath(), jar);
    assertThat(run(jdk(), dir, launcher).text()).contains(classes + "]");
    assertThat(run(jdk("LUTHIER_CLASSPATH", "jdk:" + own + "/*"), dir, launcher).text())
        .contains(classes + ":jdk:" + own + "/*]");
    assertThat(run(jdk("LUTHIER_CLASSPATH", "jdk:my.jar"), dir, launcher))
        .isEqualTo(new Outcome(2, "error: LUTHIER_CLASSPATH names my.jar, which is not there\n"));
  }

  @Test
  void passesOverJavasThatAreTooOld() throws Exception {
    Path home = project("", "1.8.0_202");
    Outcome outcome = run(jdk("PATH", "/bin:/usr/bin"), dir, home.resolve("luthier").toString());
    // whatever newer JDK this machine has was taken, and cannot find the class in an empty folder
    assertThat(outcome.text()).doesNotContain("[dev.luthier.cli.Luthier]");
  }

  @Test
  void buildsWhatIsStaleAndSaysWhatFailed() throws Exception {
    Path home = project("", "17");
    Files.writeString(home.resolve("src/main/New.java"), "");
    Files.setLastModifiedTime(home.resolve("target/luthier-cpu.built"), FileTime.fromMillis(1000));
    Path tools = Files.createDirectories(dir.resolve("tools"));
    script(tools.resolve("mvn"), "echo '[ERROR] New.java: no'; echo more; exit 1");
    String path = tools + ":/usr/bin:/bin";
    Outcome failed = run(jdk("PATH", path), dir, home.resolve("luthier").toString());
    assertThat(failed)
        .isEqualTo(
            new Outcome(
                1,
                "building Luthier (its sources changed)...\n[ERROR] New.java: no\n"
                    + "error: the build failed; the whole log is "
                    + home.toRealPath().resolve("target/luthier-build.log")
                    + "\n"));
    script(tools.resolve("mvn"), "echo built >> count; echo -n > target/classpath.txt");
    assertThat(run(jdk("PATH", path), dir, home.resolve("luthier").toString()).code()).isZero();
    assertThat(run(jdk("PATH", path), dir, home.resolve("luthier").toString()).text())
        .doesNotContain("building");
    assertThat(home.resolve("count")).hasContent("built");
  }

  @Test
  void buildsOnceWhereTwoStartAtOnce() throws Exception {
    Path home = project("", "17");
    Files.delete(home.resolve("target/luthier-cpu.built"));
    Path tools = Files.createDirectories(dir.resolve("tools"));
    script(tools.resolve("mvn"), "echo built >> count; echo -n > target/classpath.txt");
    String two = "'%s' & '%s' & wait".formatted(home.resolve("luthier"), home.resolve("luthier"));
    run(jdk("PATH", tools + ":/usr/bin:/bin"), dir, "/bin/bash", "-c", two);
    assertThat(home.resolve("count")).hasContent("built");
  }
}

package dev.luthier.sandbox;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs programs that nobody trusts, each in a fresh folder, within limits. */
public record Sandbox(Isolation isolation, Limits limits) {
  private static final int COMPLAINT = 2000; // bytes
  private static final int BEGIN = 60; // seconds until a program has to run

  /**
   * Runs a program to its end, or until a limit.
   *
   * @param files its text files by name; it begins among them
   * @param input what it reads
   * @throws UserError if it could not even begin
   */
  public Ran run(Map<String, String> files, List<String> program, String input) {
    try {
      Path dir = Files.createTempDirectory("luthier-code");
      try {
        return run(dir, files, program, input);
      } finally {
        delete(dir);
      }
    } catch (IOException e) {
      throw new UserError(
          "code cannot be run: %s; it needs sh, and unshare, setpriv and prlimit of util-linux (Linux)"
              .formatted(UserError.reason(e)),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("broken off while a program ran", e);
    }
  }

  private Ran run(Path dir, Map<String, String> files, List<String> program, String input)
      throws IOException, InterruptedException {
    Path work = folder(dir.resolve("work"));
    Path own = folder(dir.resolve("program"));
    open(dir, "rwxr-xr-x"); // the user nobody has to come in
    for (Map.Entry<String, String> file : files.entrySet()) {
      open(Files.writeString(own.resolve(file.getKey()), file.getValue()), "rw-r--r--");
    }
    Path read = Files.writeString(dir.resolve("input"), input);
    Path errors = dir.resolve("errors");
    String token = UUID.randomUUID().toString();
    ProcessBuilder builder =
        new ProcessBuilder(isolation.around(work, limits, token, program))
            .redirectInput(read.toFile())
            .redirectError(errors.toFile());
    builder.environment().keySet().retainAll(List.of("PATH"));
    builder
        .environment()
        .putAll(
            Map.of(
                "HOME", work.toString(),
                "TMPDIR", work.toString(),
                "LANG", "C.UTF-8",
                "PYTHONHASHSEED", "0",
                "PYTHONDONTWRITEBYTECODE", "1"));
    Process process = builder.start();
    Printed printed = new Printed(process, (limits.outputKb() << 10) + token.length() + 1);
    boolean ended;
    try {
      printed.begin(BEGIN); // its time runs from then on
      ended = process.waitFor(Math.round(limits.seconds() * 1000), TimeUnit.MILLISECONDS);
    } finally {
      kill(process); // also what it left behind
    }
    int exit = process.waitFor();
    String complaint = beginning(errors);
    Optional<String> output = printed.after(token);
    if (output.isEmpty()) {
      throw new UserError(
          "code cannot be run apart from the rest of the machine: %s; isolation: none runs it with limits alone, if you trust it"
              .formatted(
                  complaint
                      .lines()
                      .findFirst()
                      .orElse("it did not begin within %d s".formatted(BEGIN))));
    }
    Ran.End end = printed.tooMuch() ? Ran.End.OUTPUT : ended ? Ran.End.OVER : Ran.End.TIME;
    return new Ran(exit, output.get(), complaint, end);
  }

  private static Path folder(Path path) throws IOException {
    return open(Files.createDirectory(path), "rwxr-xr-x");
  }

  private static Path open(Path path, String rights) throws IOException {
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
  }

  /**
   * The first process of a namespace of processes takes all others with it. By its handle, because
   * {@link Process#destroyForcibly} also closes what it printed, which may not have been read yet.
   */
  static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.toHandle().destroyForcibly();
  }

  private static String beginning(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(COMPLAINT), StandardCharsets.UTF_8).strip();
    }
  }

  private static void delete(Path dir) throws IOException {
    try (Stream<Path> all = Files.walk(dir)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}

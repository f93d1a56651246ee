package dev.luthier.sandbox;

import dev.luthier.doc.Doc;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What keeps a program from the rest of the machine. */
@Doc("What keeps a program from the rest of the machine")
public sealed interface Isolation {
  /**
   * The command that runs a program.
   *
   * @param work an empty folder, which becomes its own; beside it is {@code program} with its files
   * @param token a line that it prints before the program begins
   */
  List<String> around(Path work, Limits limits, String token, List<String> program);

  /**
   * Linux namespaces by util-linux: no network, no other process in sight, nothing that can be
   * written but a file system in memory, no rights. What the user may read, it may read, too; the
   * environment is not passed on. Where the user is root, it becomes the user nobody first.
   */
  @Doc(
      "Linux namespaces (unshare, setpriv and prlimit of util-linux): no network, no other process, a"
          + " file system that can only be read but for a folder in memory; refused where the system"
          + " does not allow them")
  record Namespaces() implements Isolation {
    private static final String NOBODY =
        "if [ \"$(id -u)\" = 0 ]; then exec setpriv --reuid 65534 --regid 65534 --clear-groups -- \"$@\"; fi; exec \"$@\"";
    private static final List<String> UNSHARED =
        List.of(
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
            "--net",
            "--ipc",
            "--pid",
            "--fork",
            "--kill-child",
            "--");

    @Override
    public List<String> around(Path work, Limits limits, String token, List<String> program) {
      List<String> out = new ArrayList<>(List.of("sh", "-c", NOBODY, "sandbox"));
      out.addAll(UNSHARED);
      out.addAll(script("namespaces.sh", work, limits, token, limits.around(program, true)));
      return out;
    }
  }

  /**
   * Limits alone: the program may read and write whatever the user may, and use the network; a
   * process that it sets free outlives it.
   */
  @Doc(
      "Nothing but the limits: the program may do whatever the user may, on files and network alike;"
          + " for code that is trusted, or a machine that is thrown away")
  record None() implements Isolation {
    @Override
    public List<String> around(Path work, Limits limits, String token, List<String> program) {
      return script("none.sh", work, limits, token, limits.around(program, false));
    }
  }

  private static List<String> script(
      String name, Path work, Limits limits, String token, List<String> program) {
    List<String> out = new ArrayList<>(List.of("sh", "-c", text(name), "sandbox"));
    out.addAll(List.of(work.toString(), String.valueOf(limits.diskBytes()), token));
    out.addAll(program);
    return out;
  }

  private static String text(String name) {
    try (InputStream in = Isolation.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.luthier.serve;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The folders under a root that keep metrics. A run's name is its path below the root, {@code
 * c0003/policy}; links are not followed, and no name leads out of the root.
 */
record RunFolders(Path root) {
  private static final String METRICS = "metrics.jsonl";
  private static final int DEPTH = 6;

  /** No name begins with a dot: neither {@code ..} nor what is hidden. */
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,5}");

  /**
   * @param at when it last logged
   */
  record Run(String name, Path metrics, Instant at) {}

  /** All of them, the one that logged last first. */
  List<Run> list() {
    List<Run> out = new ArrayList<>();
    if (!Files.isDirectory(root)) {
      return out;
    }
    try {
      Files.walkFileTree(root, Set.of(), DEPTH, new Finder(out));
    } catch (IOException e) {
      throw new ApiError(500, "runs_unreadable", "the folder of runs cannot be read");
    }
    out.sort(Comparator.comparing(Run::at).reversed().thenComparing(Run::name));
    return out;
  }

  private final class Finder extends SimpleFileVisitor<Path> {
    private final List<Run> found;

    Finder(List<Run> found) {
      this.found = found;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes about) {
      if (about.isRegularFile() && file.getFileName().toString().equals(METRICS)) {
        String name = name(file);
        if (NAME.matcher(name).matches()) {
          found.add(new Run(name, file, about.lastModifiedTime().toInstant()));
        }
      }
      return FileVisitResult.CONTINUE;
    }

    /** What vanishes while it is looked at is passed over. */
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) {
      return FileVisitResult.CONTINUE;
    }
  }

  private String name(Path metrics) {
    Path folder = root.relativize(metrics).getParent();
    return folder == null ? "" : folder.toString().replace('\\', '/');
  }

  /**
   * The metrics of a run.
   *
   * @throws ApiError 404 if there is none of that name
   */
  Path metrics(String name) {
    if (NAME.matcher(name).matches()) {
      Path at = root;
      boolean plain = true;
      for (String part : name.split("/", -1)) {
        at = at.resolve(part);
        plain &= Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS);
      }
      Path file = at.resolve(METRICS);
      if (plain && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        return file;
      }
    }
    throw new ApiError(404, "run_not_found", "there is no run of this name");
  }
}

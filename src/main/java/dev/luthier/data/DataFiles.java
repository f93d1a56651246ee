package dev.luthier.data;

import dev.luthier.error.UserError;
import java.io.File;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads the rows of a file, of all data files of a folder, or of those that a glob matches. The
 * name tells the format ({@code .jsonl .ndjson .json .csv .tsv .parquet}), each plain or gzipped.
 */
public final class DataFiles {
  /** The folders before the first wildcard, and the rest. */
  private static final Pattern GLOB = Pattern.compile("((?:[^*?\\[{]*/)?)([^/]*[*?\\[{].*)");

  private DataFiles() {}

  /**
   * Hands over every row in order: the files by name, the rows as they stand.
   *
   * @param location a file, a folder (its data files, not those in folders below), or a glob such
   *     as {@code data/**}{@code /train-*.parquet}
   * @param kind what the files are
   * @param limit stop after so many rows
   * @throws UserError if nothing is there, or a file is malformed: with file, line and reason
   */
  public static void read(String location, FileKind kind, long limit, Consumer<Row> sink) {
    long left = limit;
    for (Path file : find(location, kind)) {
      left = read(file, kind, left, sink);
    }
  }

  private static long read(Path file, FileKind kind, long limit, Consumer<Row> sink) {
    long left = limit;
    try (RowReader reader = kind.open(file)) {
      for (Row row = null; left > 0 && (row = reader.next()) != null; left--) {
        sink.accept(row);
      }
      return left;
    } catch (CharacterCodingException e) {
      throw new UserError(
          "%s is not %s text; convert it to UTF-8 or name its encoding in the recipe"
              .formatted(file, kind.charset().name()),
          e);
    } catch (IOException e) {
      throw new UserError("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** The files that a location stands for, by name. */
  static List<Path> find(String location, FileKind kind) {
    File named = new File(location);
    Matcher glob = GLOB.matcher(location);
    try {
      if (named.isFile()) {
        return List.of(named.toPath());
      }
      if (named.isDirectory()) {
        return found(
            named.toPath(), 1, kind::isOurs, location + " is a folder without a data file");
      }
      if (!glob.matches()) {
        throw new UserError("there is no data file " + location);
      }
      Path root = Path.of(glob.group(1));
      String pattern = root.resolve("x").toString().replace('\\', '/');
      PathMatcher matcher =
          FileSystems.getDefault()
              .getPathMatcher("glob:" + pattern.substring(0, pattern.length() - 1) + glob.group(2));
      return found(
          root,
          Integer.MAX_VALUE,
          file -> named(file, kind) && matcher.matches(file),
          "no data file matches " + location);
    } catch (IOException e) {
      throw new UserError("%s cannot be read: %s".formatted(location, e.getMessage()), e);
    }
  }

  private static List<Path> found(Path root, int depth, Predicate<Path> wanted, String none)
      throws IOException {
    if (!Files.isDirectory(root.toAbsolutePath())) {
      throw new UserError(none + ": there is no folder " + root);
    }
    try (Stream<Path> files = Files.walk(root, depth)) {
      List<Path> list = files.filter(Files::isRegularFile).filter(wanted).sorted().toList();
      if (list.isEmpty()) {
        throw new UserError(none + " (" + FileFormat.endings() + ", each also as .gz)");
      }
      return list;
    }
  }

  /** A glob asks for its files by name, so that plain text may be among them. */
  private static boolean named(Path file, FileKind kind) {
    return kind.format().isPresent() || FileFormat.of(file).isPresent();
  }
}

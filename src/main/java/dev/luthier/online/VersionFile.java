package dev.luthier.online;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code version.json}: what a version is, the SHA-256 of each of its files, and one of itself, so
 * that a version that was changed is noticed.
 *
 * @param files the hash of each file by its path in the folder
 * @param sha256 of all the rest
 */
record VersionFile(
    String name,
    String parent,
    Instant at,
    String cycle,
    @Nullable GateReport gate,
    SortedMap<String, String> files,
    String sha256) {
  static final String NAME = "version.json";

  /** Of the files that a folder holds. */
  static VersionFile of(String name, Made made, Path folder) {
    VersionFile open =
        new VersionFile(
            name,
            made.parent(),
            made.at(),
            made.cycle(),
            made.gate().orElse(null),
            hashes(folder),
            "");
    return open.sealed();
  }

  private VersionFile sealed() {
    return new VersionFile(name, parent, at, cycle, gate, files, own());
  }

  private String own() {
    VersionFile open = new VersionFile(name, parent, at, cycle, gate, files, "");
    return HexFormat.of().formatHex(digest().digest(HomeJson.bytes(open)));
  }

  Version version(Path folder) {
    return new Version(name, parent, folder, at, Optional.ofNullable(gate));
  }

  void write(Path folder) {
    AtomicFile.write(folder.resolve(NAME), HomeJson.bytes(this));
  }

  /**
   * @throws UserError if it is missing or was changed
   */
  static VersionFile read(Path folder, String name) {
    VersionFile out = HomeJson.read(folder.resolve(NAME), VersionFile.class);
    if (!out.name.equals(name) || !out.sha256.equals(out.own())) {
      throw new UserError(
          "%s was changed after version %s was made; a version never changes: put back the file as it was, or remove %s"
              .formatted(folder.resolve(NAME), name, folder));
    }
    return out;
  }

  /**
   * Looks at every file.
   *
   * @throws UserError if one was changed, added or taken away
   */
  void check(Path folder) {
    SortedMap<String, String> now = hashes(folder);
    if (now.equals(files)) {
      return;
    }
    Map<String, String> all = new TreeMap<>(files);
    all.putAll(now);
    String which =
        all.keySet().stream()
            .filter(f -> !Objects.equals(files.get(f), now.get(f)))
            .findFirst()
            .orElseThrow();
    String how =
        !now.containsKey(which)
            ? "is gone"
            : files.containsKey(which) ? "was changed" : "was added";
    throw new UserError(
        "version %s is not what was made: %s %s; a version never changes: put back the file as it was, or remove %s"
            .formatted(name, folder.resolve(which), how, folder));
  }

  private static SortedMap<String, String> hashes(Path folder) {
    SortedMap<String, String> out = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path p : all.sorted().toList()) {
        String at = folder.relativize(p).toString().replace('\\', '/');
        if (Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS)) {
          if (!at.equals(NAME)) {
            out.put(at, hash(p));
          }
        } else if (!Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS)) {
          throw new UserError(p + " is no plain file; a version holds its files itself");
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(folder, UserError.reason(e)), e);
    }
    return out;
  }

  private static String hash(Path file) throws IOException {
    MessageDigest digest = digest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

package dev.luthier.online;

import dev.luthier.error.UserError;
import dev.luthier.io.AtomicDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The folders of versions. */
record VersionFolders(Path home) {
  Path all() {
    return home.resolve("versions");
  }

  /**
   * What a version says of itself.
   *
   * @throws UserError if there is none of that name, or its {@code version.json} was changed
   */
  VersionFile file(String name) {
    Path folder = of(name);
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      List<String> all = new ArrayList<>(List.of(VersionName.FIRST));
      all.addAll(names());
      throw new UserError(
          "there is no version %s in %s; there are %s"
              .formatted(name, home, String.join(", ", all)));
    }
    return VersionFile.read(folder, name);
  }

  Path of(String name) {
    return all().resolve(VersionName.check(name));
  }

  List<String> names() {
    Path folder = all();
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> inside = Files.list(folder)) {
      return inside
          .map(p -> p.getFileName().toString())
          .filter(VersionName::isOne)
          .sorted((a, b) -> Integer.compare(VersionName.number(a), VersionName.number(b)))
          .toList();
    } catch (IOException e) {
      throw new UserError("cannot read %s: %s".formatted(folder, UserError.reason(e)), e);
    }
  }

  /** The version that a cycle has made, if it has. */
  Optional<String> of(Made made) {
    return names().stream().filter(name -> file(name).cycle().equals(made.cycle())).findFirst();
  }

  /** Writes a version under the next name, whole or not at all. */
  String write(Made made) {
    AtomicDirectory.recover(all());
    int last = names().stream().mapToInt(VersionName::number).max().orElse(0);
    String name = VersionName.of(last + 1);
    AtomicDirectory.write(
        of(name),
        folder -> {
          PlainCopy.of(made.adapter(), folder.resolve(Versions.ADAPTER));
          made.gate().ifPresent(gate -> GatePage.write(folder, name, made.parent(), gate));
          VersionFile.of(name, made, folder).write(folder);
        });
    return name;
  }
}

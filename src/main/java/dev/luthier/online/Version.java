package dev.luthier.online;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * One version of the model that is served. It never changes.
 *
 * @param name v0001, v0002 ...; v0000 is the model as it came and has no folder
 * @param parent the version that it was tuned from; "" for v0000
 * @param folder what it consists of: {@code adapter}, {@code version.json}, {@code gate.md}
 * @param at when the cycle that made it began
 * @param gate what it was measured on; empty for v0000 and where no gate was set
 */
public record Version(
    String name, String parent, Path folder, Instant at, Optional<GateReport> gate) {
  public Version {
    VersionName.check(name);
    if (!parent.isEmpty()) {
      VersionName.check(parent);
    }
  }

  static Version first(Path folder) {
    return new Version(VersionName.FIRST, "", folder, Instant.EPOCH, Optional.empty());
  }

  /** The adapter to the served model; v0000 has none. */
  public Optional<Path> adapter() {
    return Optional.of(folder.resolve(Versions.ADAPTER)).filter(Files::isDirectory);
  }

  /** Whether the gate refused it. */
  public boolean refused() {
    return gate.filter(g -> !g.passed()).isPresent();
  }
}

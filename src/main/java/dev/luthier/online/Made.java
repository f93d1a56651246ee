package dev.luthier.online;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * What becomes a version.
 *
 * @param parent the version that it was tuned from
 * @param adapter the folder of its adapter, which is copied
 * @param at when the cycle began
 * @param gate what it was measured on
 * @param cycle the cycle that made it: a cycle makes one version, however often it is told to
 */
public record Made(
    String parent, Path adapter, Instant at, Optional<GateReport> gate, String cycle) {
  public Made {
    VersionName.check(parent);
  }
}

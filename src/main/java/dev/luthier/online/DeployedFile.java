package dev.luthier.online;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code deployed.json}, as it is written. */
record DeployedFile(
    String current, @Nullable Canary canary, List<String> before, List<Deployed.Event> history) {
  static final String NAME = "deployed.json";

  static Deployed read(Path home) {
    Path file = home.resolve(NAME);
    if (!Files.exists(file)) {
      return Deployed.FIRST;
    }
    DeployedFile kept = HomeJson.read(file, DeployedFile.class);
    return new Deployed(kept.current, Optional.ofNullable(kept.canary), kept.before, kept.history);
  }

  static void write(Path home, Deployed now) {
    HomeJson.write(
        home.resolve(NAME),
        new DeployedFile(now.current(), now.canary().orElse(null), now.before(), now.history()));
  }
}

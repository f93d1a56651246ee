package dev.luthier.cli;

import dev.luthier.error.UserError;
import dev.luthier.feedback.FeedbackStore;
import dev.luthier.feedback.FeedbackStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which store of feedback a command works on. */
final class StoreArguments {
  @Option(
      names = "--home",
      defaultValue = "serve-home",
      paramLabel = "DIR",
      description = "The server's folder (default: ${DEFAULT-VALUE}).")
  private Path home = Path.of("");

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "The database, if it is not in that folder: jdbc:sqlite:FILE, jdbc:postgresql:...")
  private Optional<String> url = Optional.empty();

  /** Opens the store, making it where it is not there. */
  FeedbackStore open() {
    return FeedbackStores.open(url.orElseGet(() -> FeedbackStores.defaultUrl(home)), home);
  }

  /**
   * @throws UserError if there is no store yet
   */
  FeedbackStore existing() {
    if (url.isEmpty() && !Files.isDirectory(home)) {
      throw new UserError("there is no folder %s; --home=DIR names another".formatted(home));
    }
    String place = url.orElseGet(() -> FeedbackStores.defaultUrl(home));
    if (FeedbackStores.file(place).filter(file -> !Files.exists(file)).isPresent()) {
      throw new UserError(
          "there is no store %s; --home=DIR or --url=URL names another".formatted(place));
    }
    return open();
  }
}

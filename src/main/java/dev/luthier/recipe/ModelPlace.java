package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.io.Hub;
import dev.luthier.io.HubName;
import dev.luthier.io.HubProgress;
import dev.luthier.io.HubSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a model or an adapter is that a user names: by its folder, or as ORG/NAME[@REV]. */
public final class ModelPlace {
  /** Where recipes that ship write their results, and read those of others; no organisation. */
  private static final String RESULTS = "runs";

  private ModelPlace() {}

  /**
   * The folder. A name of a hub is looked up in the cache, without network; a model that is not
   * there in full is fetched.
   *
   * @param named what exists is a folder; what does not, and has the form ORG/NAME[@REV], is a
   *     model of the hub; where a folder ORG exists, it is one only if it was pulled before, so
   *     that a mistyped path asks nobody; {@code runs/...} is what a run leaves, and never one
   * @throws UserError if there is neither a folder nor such a model
   */
  public static Path folder(Path named, HubProgress progress) {
    Optional<HubName> name = name(named);
    if (name.isEmpty()) {
      return named;
    }
    Hub hub = Hub.of(HubSettings.fromEnvironment());
    Path organisation = named.getName(0);
    Optional<Path> cached = hub.cached(name.get());
    if (cached.isPresent()) {
      return cached.get();
    }
    if (organisation.toString().equals(RESULTS)) {
      throw new UserError(
          "%s: there is no such folder; it is what other commands leave (a recipe's first lines name them), so run these first"
              .formatted(named));
    }
    if (Files.exists(organisation)) {
      throw new UserError(
          "%s: there is no such folder in %s; if the hub's model is meant: ./luthier pull %s"
              .formatted(named, organisation, name.get()));
    }
    progress.note("there is no folder %s here, so the hub is asked for it".formatted(named));
    return hub.pull(name.get(), progress);
  }

  /** The same where nobody watches: {@code named} is a folder, or fetched already. */
  static Path folder(Path named) {
    return folder(named, HubProgress.NONE);
  }

  /** How others call the model: ORG/NAME without a revision, or the folder as it is written. */
  static String title(Path named) {
    return name(named).map(HubName::id).orElse(named.toString());
  }

  private static Optional<HubName> name(Path named) {
    return Files.exists(named)
        ? Optional.empty()
        : HubName.in(named.toString().replace(named.getFileSystem().getSeparator(), "/"));
  }
}

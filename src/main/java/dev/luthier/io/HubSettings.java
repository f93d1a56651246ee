package dev.luthier.io;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the environment says about the hub, under the names and rules of huggingface_hub's
 * constants.py.
 *
 * @param endpoint HF_ENDPOINT
 * @param cache HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, else HF_HOME/hub; absolute
 * @param token HF_TOKEN, else HUGGING_FACE_HUB_TOKEN, else the file HF_TOKEN_PATH (HF_HOME/token)
 * @param offline HF_HUB_OFFLINE, else TRANSFORMERS_OFFLINE
 * @param metadataTimeout HF_HUB_ETAG_TIMEOUT: how long a question about a repository may take
 * @param downloadTimeout HF_HUB_DOWNLOAD_TIMEOUT: how long a download may stand still
 */
public record HubSettings(
    URI endpoint,
    Path cache,
    Optional<String> token,
    boolean offline,
    Duration metadataTimeout,
    Duration downloadTimeout) {
  private static final String ENDPOINT = "https://huggingface.co";
  private static final Set<String> YES = Set.of("1", "ON", "YES", "TRUE");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)}?");

  /** The settings of this process. */
  public static HubSettings fromEnvironment() {
    return of(System.getenv());
  }

  /**
   * @throws UserError naming the variable whose value cannot be used
   */
  public static HubSettings of(Map<String, String> environment) {
    Path home =
        path(environment, "HF_HOME")
            .orElseGet(
                () ->
                    path(environment, "XDG_CACHE_HOME")
                        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                        .resolve("huggingface"));
    Path cache =
        path(environment, "HF_HUB_CACHE")
            .or(() -> path(environment, "HUGGINGFACE_HUB_CACHE"))
            .orElseGet(() -> home.resolve("hub"));
    return new HubSettings(
        endpoint(text(environment, "HF_ENDPOINT").orElse(ENDPOINT)),
        cache.toAbsolutePath().normalize(),
        token(environment, home),
        text(environment, "HF_HUB_OFFLINE")
            .or(() -> text(environment, "TRANSFORMERS_OFFLINE"))
            .map(HubSettings::yes)
            .orElse(false),
        seconds(environment, "HF_HUB_ETAG_TIMEOUT"),
        seconds(environment, "HF_HUB_DOWNLOAD_TIMEOUT"));
  }

  private static URI endpoint(String text) {
    try {
      URI uri = URI.create(text.replaceAll("/+$", ""));
      if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("https?")) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new UserError("HF_ENDPOINT must be an http or https address, was " + text, e);
    }
    throw new UserError("HF_ENDPOINT must be an http or https address, was " + text);
  }

  private static Optional<String> token(Map<String, String> environment, Path home) {
    Optional<String> told =
        text(environment, "HF_TOKEN").or(() -> text(environment, "HUGGING_FACE_HUB_TOKEN"));
    if (told.isPresent()) {
      return told.map(t -> printable("HF_TOKEN", t));
    }
    if (text(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN").map(HubSettings::yes).orElse(false)) {
      return Optional.empty();
    }
    Path file = path(environment, "HF_TOKEN_PATH").orElseGet(() -> home.resolve("token"));
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      String token = Files.readString(file).strip();
      return token.isEmpty() ? Optional.empty() : Optional.of(printable(file.toString(), token));
    } catch (IOException e) {
      throw new UserError("cannot read the hub's token: " + DiskErrors.reason(file, e), e);
    }
  }

  /** A token goes into a header; its text is never shown. */
  private static String printable(String from, String token) {
    if (!token.matches("[!-~]+")) {
      throw new UserError(from + " holds no token: one word of ASCII letters is expected");
    }
    return token;
  }

  private static Duration seconds(Map<String, String> environment, String name) {
    String text = text(environment, name).orElse("10");
    try {
      long seconds = Long.parseLong(text);
      if (seconds > 0) {
        return Duration.ofSeconds(seconds);
      }
    } catch (NumberFormatException e) {
      throw new UserError("%s must be whole seconds, was %s".formatted(name, text), e);
    }
    throw new UserError("%s must be > 0 seconds, was %s".formatted(name, text));
  }

  private static Optional<Path> path(Map<String, String> environment, String name) {
    return text(environment, name)
        .map(
            t ->
                t.equals("~") || t.startsWith("~/")
                    ? System.getProperty("user.home") + t.substring(1)
                    : t)
        .map(
            t ->
                VARIABLE
                    .matcher(t)
                    .replaceAll(
                        m ->
                            java.util.regex.Matcher.quoteReplacement(
                                environment.getOrDefault(m.group(1), m.group()))))
        .map(Path::of);
  }

  private static Optional<String> text(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(t -> !t.isEmpty());
  }

  private static boolean yes(String text) {
    return YES.contains(text.toUpperCase(Locale.ROOT));
  }
}

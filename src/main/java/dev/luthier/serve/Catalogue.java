package dev.luthier.serve;

import dev.luthier.error.UserError;
import dev.luthier.online.Canary;
import dev.luthier.online.Deployed;
import dev.luthier.online.Version;
import dev.luthier.online.VersionName;
import dev.luthier.online.Versions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a request may name as its model: the served name, which means the version that answers now
 * (or the one that is tried, for its share); a version; or one of the recipe's other models and
 * adapters. No name that a client sends ever becomes a part of a path.
 *
 * @param served the served name
 * @param also folders by names that are neither versions nor the served name
 */
record Catalogue(String served, Versions versions, Map<String, Path> also) {
  Catalogue {
    for (String name : also.keySet()) {
      if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
          || name.equals(served)
          || VersionName.isOne(name)) {
        throw new UserError(
            "also.%s cannot be a model's name: letters, digits, . _ -, and neither %s nor that of a version"
                .formatted(name, served));
      }
    }
    also = Map.copyOf(also);
  }

  /** A name that requests may use, for a list. */
  record Listed(String id, String version, String parent, long created) {}

  /**
   * The version that a request gets.
   *
   * @param who whose request it is: the same gets the same version while that is deployed
   * @throws ApiError 404 if there is none of that name, 403 if it may not answer
   */
  String version(String model, String who, Deployed now) {
    if (model.equals(served)) {
      return now.canary()
          .filter(canary -> tries(canary, who))
          .map(Canary::name)
          .orElse(now.current());
    }
    if (also.containsKey(model) || model.equals(VersionName.FIRST)) {
      return model;
    }
    Optional<Version> found =
        VersionName.isOne(model)
            ? versions.list().stream().filter(v -> v.name().equals(model)).findFirst()
            : Optional.empty();
    Version version = found.orElseThrow(() -> unknown(model));
    if (version.refused()) {
      throw new ApiError(
          403, "version_refused", "version %s was refused by the gate".formatted(model));
    }
    return version.name();
  }

  private ApiError unknown(String model) {
    String said = model.length() <= 80 ? model : model.substring(0, 80) + "...";
    return ApiError.noModel(
        "there is no model %s; GET /v1/models lists those there are".formatted(said));
  }

  /** A hash of the version and whoever asks, as a number in [0, 1), below the share. */
  static boolean tries(Canary canary, String who) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((canary.name() + "\0" + who).getBytes(StandardCharsets.UTF_8));
      return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1p-53 < canary.share();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All names, the served one first. */
  List<Listed> list(Deployed now) {
    List<Listed> out = new ArrayList<>();
    out.add(new Listed(served, now.current(), "", 0));
    for (Version version : versions.list()) {
      if (!version.refused()) {
        out.add(
            new Listed(
                version.name(), version.name(), version.parent(), version.at().getEpochSecond()));
      }
    }
    also.keySet().stream().sorted().forEach(n -> out.add(new Listed(n, n, "", 0)));
    return out;
  }
}

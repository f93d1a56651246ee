package dev.luthier.recipe;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/**
 * A stage in its place.
 *
 * @param dir its directory
 * @param inputs the stages that it takes from, with their ids
 * @param wanted those of its artefacts that others name
 */
record Staged(String name, Path dir, Stage stage, Map<String, String> inputs, Set<String> wanted) {
  /** The same for what was told the same and takes from the same; other for anything else. */
  String id() {
    try {
      byte[] all = (stage.text() + inputs).getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(all);
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same, of which others name some artefacts. */
  Staged wanting(Set<String> artefacts) {
    return new Staged(name, dir, stage, inputs, artefacts);
  }

  Map<String, Path> artefacts() {
    return stage.artefacts(dir);
  }
}

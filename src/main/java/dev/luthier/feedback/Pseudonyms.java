package dev.luthier.feedback;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The names under which raters are kept: HMAC-SHA-256 (RFC 2104) of what a rater is called, under a
 * salt that does not lie in the database. Who has the database alone cannot tell who a rater is,
 * not even by trying names.
 */
final class Pseudonyms {
  /** The salt, where it is not in a file; at least 16 characters. */
  static final String VARIABLE = "LUTHIER_FEEDBACK_SALT";

  private static final int SHORTEST = 16; // characters
  private static final int BYTES = 32;
  private static final int DIGITS = 32; // of the hash: 128 bits
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  private final byte[] salt;
  private final String place;

  private Pseudonyms(String salt, String place) {
    this.salt = salt.getBytes(StandardCharsets.UTF_8);
    this.place = place;
  }

  /**
   * @param given the salt itself; it goes before the file
   * @param file where it lies otherwise; made where it is not there
   * @throws UserError if the salt is too short, or others may read its file
   */
  static Pseudonyms of(Optional<String> given, Optional<Path> file) {
    if (given.isPresent()) {
      return checked(given.get(), VARIABLE);
    }
    Path path =
        file.orElseThrow(
            () ->
                new UserError(
                    "raters' names are hashed with a salt; set %s to at least %d characters that stay the same"
                        .formatted(VARIABLE, SHORTEST)));
    try {
      if (!Files.exists(path)) {
        make(path);
      }
      refuseOpen(path);
      return checked(Files.readString(path).strip(), path.toString());
    } catch (IOException e) {
      throw new UserError("the salt %s: %s".formatted(path, UserError.reason(e)), e);
    }
  }

  private static Pseudonyms checked(String salt, String place) {
    if (salt.length() < SHORTEST) {
      throw new UserError(
          "%s must hold at least %d characters, has %d".formatted(place, SHORTEST, salt.length()));
    }
    return new Pseudonyms(salt, place);
  }

  /** Written beside and linked, so that of two processes that make it the first one's stays. */
  private static void make(Path file) throws IOException {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    Path folder = file.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(folder, ".salt", ".tmp"); // its owner's alone
    try {
      Files.writeString(temporary, HexFormat.of().formatHex(random) + "\n");
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException e) {
      return;
    } catch (UnsupportedOperationException e) {
      Files.move(temporary, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void refuseOpen(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null && !OWNER.containsAll(view.readAttributes().permissions())) {
      throw new UserError(
          "the salt %s may be read by others (%s); chmod 600 it"
              .formatted(file, PosixFilePermissions.toString(view.readAttributes().permissions())));
    }
  }

  /** "r" and 32 hexadecimal digits. */
  String of(String rater) {
    return "r" + hash("rater\n" + rater);
  }

  /** What tells this salt from others without betraying it. */
  String fingerprint() {
    return hash("fingerprint\n");
  }

  /** Where the salt lies, for messages. */
  String place() {
    return place;
  }

  private String hash(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(salt, "HmacSHA256"));
      byte[] hash = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, DIGITS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}

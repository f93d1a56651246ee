package dev.luthier.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PseudonymsTest {
  @TempDir Path folder;

  private Pseudonyms inFile() {
    return Pseudonyms.of(Optional.empty(), Optional.of(folder.resolve("salt")));
  }

  /** The first 32 digits of HMAC-SHA-256 of "rater\nann" under "0123456789abcdef". */
  @Test
  void aPseudonymIsAnHmac() {
    Pseudonyms given = Pseudonyms.of(Optional.of("0123456789abcdef"), Optional.empty());
    assertThat(given.of("ann")).isEqualTo("r0d132571429c9748affcdf3fcc69887d");
    assertThat(given.of("ann")).isNotEqualTo(given.of("bob"));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void theSaltIsMadeOnceAndIsItsOwnersAlone() throws IOException {
    String ann = inFile().of("ann");
    assertThat(inFile().of("ann")).isEqualTo(ann);
    Path salt = folder.resolve("salt");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(salt)))
        .isEqualTo("rw-------");
    Files.setPosixFilePermissions(salt, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(this::inFile)
        .isInstanceOf(UserError.class)
        .hasMessage("the salt %s may be read by others (rw-r--r--); chmod 600 it".formatted(salt));
    Files.delete(salt);
    assertThat(inFile().of("ann")).isNotEqualTo(ann);
  }

  @Test
  void aShortOrMissingSaltIsRefused() {
    assertThatThrownBy(() -> Pseudonyms.of(Optional.of("short"), Optional.empty()))
        .isInstanceOf(UserError.class)
        .hasMessage("LUTHIER_FEEDBACK_SALT must hold at least 16 characters, has 5");
    assertThatThrownBy(() -> Pseudonyms.of(Optional.empty(), Optional.empty()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("set LUTHIER_FEEDBACK_SALT");
  }

  /** Else the same rater would come back as another, and could not be deleted. */
  @Test
  void aDatabaseKeepsToItsSalt() throws IOException {
    String url = FeedbackStores.defaultUrl(folder);
    FeedbackStores.open(url).close();
    Files.delete(folder.resolve("feedback.db.salt"));
    assertThatThrownBy(() -> FeedbackStores.open(url))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is not the one that the raters of this database were hashed with");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void theDatabaseIsItsOwnersAlone() throws IOException {
    try (FeedbackStore store = FeedbackStores.open(FeedbackStores.defaultUrl(folder))) {
      store.add(Rows.answer("a", "q", "x"));
      for (String name : new String[] {"feedback.db", "feedback.db-wal"}) {
        assertThat(
                PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
            .isEqualTo("rw-------");
      }
    }
  }
}

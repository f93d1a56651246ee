package dev.luthier.data;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the files of a set are.
 *
 * @param format how they hold their rows; told from their names where absent
 * @param charset how they encode text
 */
public record FileKind(Optional<FileFormat> format, Charset charset) {
  /** Told from the name, in UTF-8. */
  public static final FileKind BY_NAME = new FileKind(Optional.empty(), StandardCharsets.UTF_8);

  /**
   * @param encoding a charset's name, as {@code utf-8} or {@code iso-8859-1}
   * @throws UserError if no charset is called so
   */
  public static FileKind of(Optional<FileFormat> format, String encoding) {
    try {
      return new FileKind(format, Charset.forName(encoding));
    } catch (IllegalArgumentException e) {
      throw new UserError(
          "data.encoding must be the name of a charset, as utf-8 or iso-8859-1, was " + encoding,
          e);
    }
  }

  RowReader open(Path file) throws IOException {
    FileFormat known =
        format
            .or(() -> FileFormat.of(file))
            .orElseThrow(
                () ->
                    new UserError(
                        "%s: the name does not tell the format; it must end in %s, each also as .gz, or the recipe must give the format"
                            .formatted(file, FileFormat.endings())));
    return known.open(file, charset);
  }

  /** Whether a file found in a folder belongs to the set. */
  boolean isOurs(Path file) {
    return format.isPresent() || FileFormat.isData(file);
  }
}

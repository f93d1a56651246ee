package dev.luthier.data;

import dev.luthier.error.UserError;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** Opens files that may be gzipped: a file is, if it begins with the two magic bytes of gzip. */
final class Unzipped {
  private static final int BUFFER = 1 << 16;

  private Unzipped() {}

  /** The file's name in lower case without {@code .gz}. */
  static String name(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
  }

  static boolean isGzip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      boolean magic = in.read() == 0x1f && in.read() == 0x8b;
      if (!magic && String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(".gz")) {
        throw new UserError(
            file + " is named .gz but is not gzipped; rename it or download it anew");
      }
      return magic;
    }
  }

  static InputStream open(Path file) throws IOException {
    boolean gzip = isGzip(file);
    InputStream in = Files.newInputStream(file);
    return gzip ? new GZIPInputStream(in, BUFFER) : new BufferedInputStream(in, BUFFER);
  }

  /** Opens text strictly: bytes that the charset lacks raise a CharacterCodingException. */
  static BufferedReader reader(Path file, Charset charset) throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                open(file),
                charset
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)),
            BUFFER);
    reader.mark(1);
    if (reader.read() != '\uFEFF') {
      reader.reset();
    }
    return reader;
  }
}

package dev.luthier.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of a plain text file: each line is a row with one column, {@code text}; blank ones none. */
final class LineRows implements RowReader {
  private final Path file;
  private final BufferedReader reader;
  private long line;

  private LineRows(Path file, BufferedReader reader) {
    this.file = file;
    this.reader = reader;
  }

  static RowReader open(Path file, Charset charset) throws IOException {
    return new LineRows(file, Unzipped.reader(file, charset));
  }

  @Override
  public @Nullable Row next() throws IOException {
    String text;
    do {
      text = reader.readLine();
      line++;
    } while (text != null && text.isBlank());
    return text == null ? null : new Row(Map.of("text", text.strip()), file + " line " + line);
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}

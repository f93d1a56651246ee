package dev.luthier.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One open data file, read row by row. */
interface RowReader extends Closeable {
  /**
   * @return the next row, or null at the end of the file
   * @throws dev.luthier.error.UserError if the file is malformed, naming file and line or row
   */
  @Nullable Row next() throws IOException;

  /** How a kind of file is opened. */
  interface Format {
    RowReader open(Path file, Charset charset) throws IOException;
  }
}

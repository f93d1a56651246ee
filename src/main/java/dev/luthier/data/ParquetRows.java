package dev.luthier.data;

import com.jerolba.carpet.CarpetReader;
import com.jerolba.carpet.CloseableIterator;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a {@code .parquet} file, with nested lists and structs as lists and maps. A null field
 * inside a struct is left out: Parquet gives every struct of a column the same fields, so a chat
 * message without tool calls has them as null there.
 */
final class ParquetRows implements RowReader {
  private static final String MAGIC = "PAR1";

  private final Path file;
  private final CloseableIterator<?> records;
  private final @Nullable Path inflated;
  private long count;

  private ParquetRows(Path file, CloseableIterator<?> records, @Nullable Path inflated) {
    this.file = file;
    this.records = records;
    this.inflated = inflated;
  }

  static RowReader open(Path file, Charset charset) throws IOException {
    if (!charset.equals(StandardCharsets.UTF_8)) {
      throw new UserError(file + " is Parquet, which is always UTF-8; remove the encoding");
    }
    if (!Unzipped.isGzip(file)) {
      return new ParquetRows(file, records(file, file), null);
    }
    // Parquet is read from its end, which a gzip stream cannot.
    Path inflated = Files.createTempFile("luthier", ".parquet");
    try (InputStream in = Unzipped.open(file)) {
      Files.copy(in, inflated, StandardCopyOption.REPLACE_EXISTING);
      return new ParquetRows(file, records(file, inflated), inflated);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(inflated);
      throw e;
    }
  }

  private static CloseableIterator<?> records(Path named, Path file) throws IOException {
    byte[] end = new byte[4];
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "r")) {
      if (raw.length() >= 12) {
        raw.seek(raw.length() - 4);
        raw.readFully(end);
      }
    }
    if (!new String(end, StandardCharsets.US_ASCII).equals(MAGIC)) {
      throw new UserError(
          named + " does not end as a Parquet file does; it is cut short or no Parquet");
    }
    try {
      return new CarpetReader<>(file.toFile(), Map.class).iterator();
    } catch (RuntimeException e) {
      throw broken(named, e);
    }
  }

  @Override
  public @Nullable Row next() {
    try {
      if (!records.hasNext()) {
        return null;
      }
      Map<String, Object> columns = new LinkedHashMap<>();
      ((Map<?, ?>) records.next()).forEach((k, v) -> columns.put(String.valueOf(k), plain(v)));
      return new Row(columns, file + " row " + ++count);
    } catch (UserError e) {
      throw e;
    } catch (RuntimeException e) {
      throw broken(file, e);
    }
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> out = new LinkedHashMap<>();
      map.forEach(
          (k, v) -> {
            Object inner = plain(v);
            if (inner != null) {
              out.put(String.valueOf(k), inner);
            }
          });
      return out;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> out = new ArrayList<>(list.size());
      list.forEach(v -> out.add(plain(v)));
      return out;
    }
    return value;
  }

  private static UserError broken(Path file, RuntimeException e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new UserError("%s: broken Parquet: %s".formatted(file, root.getMessage()), e);
  }

  @Override
  public void close() throws IOException {
    records.close();
    if (inflated != null) {
      Files.deleteIfExists(inflated);
    }
  }
}

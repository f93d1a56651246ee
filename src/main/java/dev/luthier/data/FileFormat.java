package dev.luthier.data;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** How a file holds its rows. In a recipe a format is called {@link #label}. */
public enum FileFormat {
  /** One JSON object a line. */
  JSONL(List.of("jsonl", "ndjson"), JsonLines::open),
  /** An array of objects, or objects one after the other. */
  JSON(List.of("json"), JsonRows::open),
  /** Fields between commas; the first line names the columns. */
  CSV(List.of("csv"), CsvRows.separatedBy(',')),
  /** Fields between tabs; the first line names the columns. */
  TSV(List.of("tsv"), CsvRows.separatedBy('\t')),
  /** Columns in Parquet. */
  PARQUET(List.of("parquet"), ParquetRows::open),
  /** Plain text, each line a row with the column {@code text}. */
  LINES(List.of("txt"), LineRows::open);

  private final List<String> endings;
  private final RowReader.Format format;

  FileFormat(List<String> endings, RowReader.Format format) {
    this.endings = endings;
    this.format = format;
  }

  /** How a recipe calls it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  RowReader open(Path file, Charset charset) throws IOException {
    return format.open(file, charset);
  }

  /** The format that a file's name tells, with or without .gz. */
  static Optional<FileFormat> of(Path file) {
    String name = Unzipped.name(file);
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return Arrays.stream(values()).filter(format -> format.endings.contains(ending)).findFirst();
  }

  /** Whether a file found in a folder is one of data: text files there may be anything. */
  static boolean isData(Path file) {
    return of(file).filter(Predicate.not(LINES::equals)).isPresent();
  }

  static String endings() {
    return Arrays.stream(values())
        .flatMap(format -> format.endings.stream())
        .sorted()
        .map(ending -> "." + ending)
        .collect(Collectors.joining(" "));
  }
}

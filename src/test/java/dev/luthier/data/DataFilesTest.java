package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jerolba.carpet.CarpetWriter;
import dev.luthier.error.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataFilesTest {
  @TempDir Path dir;

  private static List<Row> read(Path location) {
    List<Row> rows = new ArrayList<>();
    DataFiles.read(location.toString(), FileKind.BY_NAME, Long.MAX_VALUE, rows::add);
    return rows;
  }

  private Path write(String name, byte[] bytes) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = name.endsWith(".gz") ? new GZIPOutputStream(raw) : raw) {
      out.write(bytes);
    }
    return file;
  }

  private Path write(String name, String text) throws IOException {
    return write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.jsonl", "a.jsonl.gz", "a.ndjson"})
  void jsonLines(String name) throws IOException {
    Path file =
        write(
            name, "\uFEFF{\"a\": 1, \"b\": \"é🙂\"}\n\n{\"a\": null, \"c\": [1, {\"d\": true}]}\n");
    List<Row> rows = read(file);
    assertThat(rows.get(0).columns()).isEqualTo(Map.of("a", 1, "b", "é🙂"));
    assertThat(rows.get(0).place()).isEqualTo(file + " line 1");
    // The blank line counts: an editor shows the second row in line 3.
    assertThat(rows.get(1).place()).isEqualTo(file + " line 3");
    assertThat(rows.get(1).columns()).containsEntry("a", null);
    assertThat(rows.get(1).columns()).containsEntry("c", List.of(1, Map.of("d", true)));
    assertThat(rows).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"a\": 1}, {\"a\": 2}]",
        "{\"version\": \"1\", \"names\": [\"x\"], \"data\": [{\"a\": 1}, {\"a\": 2}]}",
        "{\"a\": 1}\n{\"a\": 2}\n"
      })
  void jsonAsArrayAsObjectWithOneArrayAndAsObjects(String text) throws IOException {
    for (String name : List.of("a.json", "a.json.gz")) {
      Path file = write(name, text);
      assertThat(read(file))
          .containsExactly(
              new Row(Map.of("a", 1), file + " row 1"), new Row(Map.of("a", 2), file + " row 2"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.csv", "a.csv.gz"})
  void csv(String name) throws IOException {
    Path file = write(name, "text,label\r\n\"two, \"\"quoted\"\"\nlines\",x\nplain,\n");
    List<Row> rows = read(file);
    assertThat(rows)
        .containsExactly(
            new Row(Map.of("text", "two, \"quoted\"\nlines", "label", "x"), file + " line 2"),
            new Row(Map.of("text", "plain", "label", ""), file + " line 4"));
  }

  @Test
  void tsv() throws IOException {
    Path file = write("a.tsv", "a\tb\n1\tx, y\n");
    assertThat(read(file))
        .containsExactly(new Row(Map.of("a", "1", "b", "x, y"), file + " line 2"));
  }

  public record Turn(String role, @Nullable String content, @Nullable List<String> notes) {}

  public record Chat(long id, List<Turn> messages) {}

  @ParameterizedTest
  @ValueSource(strings = {"a.parquet", "a.parquet.gz"})
  void parquetWithNestedListsAndStructs(String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (CarpetWriter<Chat> writer = new CarpetWriter<>(bytes, Chat.class)) {
      writer.write(
          new Chat(
              7,
              List.of(
                  new Turn("user", "hi", List.of("n")), new Turn("assistant", "yes 🙂", null))));
      writer.write(new Chat(8, List.of()));
    }
    Path file = write(name, bytes.toByteArray());
    // Null fields of structs are left out.
    assertThat(read(file))
        .containsExactly(
            new Row(
                Map.of(
                    "id",
                    7L,
                    "messages",
                    List.of(
                        Map.of("role", "user", "content", "hi", "notes", List.of("n")),
                        Map.of("role", "assistant", "content", "yes 🙂"))),
                file + " row 1"),
            new Row(Map.of("id", 8L, "messages", List.of()), file + " row 2"));
    if (!name.endsWith(".gz")) {
      byte[] half = java.util.Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2);
      assertThatThrownBy(() -> read(write("half.parquet", half)))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("half.parquet does not end as a Parquet file does");
    }
  }

  @Test
  void malformedJsonNamesFileLineAndReason() throws IOException {
    Path file = write("bad.jsonl", "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3,, }\n");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(file + " line 3 column 9: malformed JSON: Unexpected character");
    Path cut = write("cut.jsonl.gz", "{\"a\": 1}\n{\"a\": \"no end");
    assertThatThrownBy(() -> read(cut))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(cut + " line 2 column")
        .hasMessageContaining("malformed JSON: Unexpected end-of-input");
    Path array = write("bad.json", "[{\"a\": 1},\n {\"a\": 2},\n {\"a\" 3}]");
    assertThatThrownBy(() -> read(array))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(array + " line 3 column 7: malformed JSON");
    Path open = write("open.json", "[{\"a\": 1},\n {\"a\": 2}\n");
    assertThatThrownBy(() -> read(open))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("open.json line 3")
        .hasMessageContaining("malformed JSON: Unexpected end-of-input");
    Path twice = write("twice.jsonl", "{\"a\": 1, \"a\": 2}\n");
    assertThatThrownBy(() -> read(twice)).hasMessageContaining("Duplicate field 'a'");
    Path two = write("two.jsonl", "{\"a\": 1} {\"a\": 2}\n");
    assertThatThrownBy(() -> read(two)).hasMessageContaining("two.jsonl line 1");
  }

  @Test
  void rowsMustBeObjects() throws IOException {
    Path lines = write("list.jsonl", "{\"a\": 1}\n[1, 2]\n");
    assertThatThrownBy(() -> read(lines))
        .isInstanceOf(UserError.class)
        .hasMessage(
            lines + " line 2: found a list; each line must be one JSON object with named columns");
    Path array = write("list.json", "[{\"a\": 1},\n\"x\"]");
    assertThatThrownBy(() -> read(array))
        .isInstanceOf(UserError.class)
        .hasMessage(
            array
                + " line 2: a text stands where a row should; each row must be an object with named columns");
    Path none = write("none.json", "{\"a\": 1}");
    assertThatThrownBy(() -> read(none))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("with 0 arrays of objects");
  }

  @Test
  void brokenCsvIsRefused() throws IOException {
    Path few = write("few.csv", "a,b\n1,2\n3\n");
    assertThatThrownBy(() -> read(few))
        .isInstanceOf(UserError.class)
        .hasMessage(few + " line 3: 1 fields where line 1 names 2 columns (a, b)");
    Path quote = write("quote.csv", "a,b\n\"1\"x,2\n");
    assertThatThrownBy(() -> read(quote))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("malformed CSV");
    assertThatThrownBy(() -> read(write("two.csv", "a,a\n1,2\n")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("column \"a\" is named twice");
  }

  @Test
  void bytesThatAreNotWhatTheNameSaysAreRefused() throws IOException {
    assertThatThrownBy(
            () ->
                read(write("latin.jsonl", "{\"a\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("not UTF-8");
    Path fake = dir.resolve("fake.jsonl.gz");
    Files.writeString(fake, "{\"a\": 1}\n");
    assertThatThrownBy(() -> read(fake))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("named .gz but is not gzipped");
    // Gzipped under a plain name is recognised by its first bytes.
    Path hidden = dir.resolve("hidden.jsonl");
    Files.move(write("x.jsonl.gz", "{\"a\": 1}\n"), hidden);
    assertThat(read(hidden)).hasSize(1);
    Path cut = dir.resolve("cut.jsonl.gz");
    byte[] whole = Files.readAllBytes(write("y.jsonl.gz", "{\"a\": 1}\n".repeat(100)));
    Files.write(cut, java.util.Arrays.copyOf(whole, whole.length - 9));
    assertThatThrownBy(() -> read(cut))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cut.jsonl.gz cannot be read");
  }

  @Test
  void foldersAndGlobsAreReadByName() throws IOException {
    write("set/b.jsonl", "{\"n\": 2}\n");
    write("set/a.json.gz", "[{\"n\": 1}]");
    write("set/README.md", "no data");
    write("set/deep/c.csv", "n\n3\n");
    assertThat(read(dir.resolve("set")))
        .extracting(r -> r.columns().get("n"))
        .containsExactly(1, 2);
    assertThat(read(dir.resolve("set/*.jsonl")))
        .extracting(r -> r.columns().get("n"))
        .containsExactly(2);
    assertThat(read(dir.resolve("**/[ac].*")))
        .extracting(r -> r.columns().get("n"))
        .containsExactly(1, "3");
    List<Row> two = new ArrayList<>();
    DataFiles.read(dir.resolve("set/{a,b}.*").toString(), FileKind.BY_NAME, 1, two::add);
    assertThat(two).hasSize(1);
    assertThatThrownBy(() -> read(dir.resolve("set/*.parquet")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no data file matches");
    assertThatThrownBy(() -> read(dir.resolve("gone.jsonl")))
        .isInstanceOf(UserError.class)
        .hasMessage("there is no data file " + dir.resolve("gone.jsonl"));
    assertThatThrownBy(() -> read(dir.resolve("set/README.md")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("must end in .csv .json .jsonl .ndjson .parquet .tsv");
  }
}

package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which task a row says it belongs to. */
class TaskNamesTest {
  @TempDir Path dir;

  private Samples read(Columns columns, String... lines) throws IOException {
    Path file = dir.resolve("rows.jsonl");
    Files.write(file, List.of(lines));
    return new DataSet(
            file.toString(),
            Optional.empty(),
            columns,
            OptionalDouble.empty(),
            OptionalLong.empty())
        .load(List.of(Form.LABELLED));
  }

  private static List<String> tasks(Samples samples) {
    return samples.list().stream().map(s -> s.task().orElse("-")).toList();
  }

  @Test
  void aColumnSaysIt() throws IOException {
    Samples rows =
        read(
            Columns.AS_THEY_ARE,
            "{\"text\": \"a\", \"label\": \"x\", \"task\": \" topic \"}",
            "{\"text\": \"b\", \"label\": \"x\", \"task\": 7}",
            "{\"text\": \"c\", \"label\": \"x\", \"task\": null}",
            "{\"text\": \"d\", \"label\": \"x\", \"task\": [1]}",
            "{\"text\": \"e\", \"label\": \"x\"}",
            "{\"text\": \"f\", \"label\": \"x\", \"task\": \"mood\"}");
    assertThat(tasks(rows)).containsExactly("topic", "7", "-", "-", "-", "mood");
    TaskNames names = TaskNames.of(rows);
    assertThat(names.names()).containsExactly("7", "mood", "topic");
    assertThat(names.number("mood")).contains(1);
    assertThat(names.number("size")).isEmpty();
    assertThat(names.counts(rows)).containsExactly("3 tasks: 7 1, mood 1, topic 1");
    assertThatThrownBy(() -> names.check(rows))
        .isInstanceOf(UserError.class)
        .hasMessage(
            dir
                + "/rows.jsonl line 3 names no task, but other rows do (7, mood, topic); give every row one");
  }

  @Test
  void aSourceOrAnotherColumnSaysIt() throws IOException {
    String row = "{\"text\": \"a\", \"label\": \"x\", \"kind\": \"mood\"}";
    assertThat(tasks(read(new Columns(Map.of(), Map.of("task", "topic")), row)))
        .containsExactly("topic");
    assertThat(tasks(read(new Columns(Map.of("task", "kind")), row))).containsExactly("mood");
    assertThatThrownBy(
            () -> read(new Columns(Map.of("task", "kind"), Map.of("task", "topic")), row))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("data.set gives task a value, but the file has that column");
  }

  @Test
  void unknownOnesAreRefused() throws IOException {
    Samples rows =
        read(new Columns(Map.of(), Map.of("task", "b")), "{\"text\": \"a\", \"label\": \"x\"}");
    assertThatThrownBy(() -> new TaskNames(List.of("a")).check(rows))
        .isInstanceOf(UserError.class)
        .hasMessage(
            dir
                + "/rows.jsonl line 1: task \"b\" is none of the 1 tasks that training has (a); add training rows for it, or remove these");
  }
}

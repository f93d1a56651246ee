package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir Path dir;

  @Test
  void whatIsKeptIsThereAgain() {
    Path file = dir.resolve("new/j.jsonl");
    try (Journal journal = Journal.open(file)) {
      assertThat(journal.find("a")).isEmpty();
      journal.add("a", IntNode.valueOf(1));
      journal.add("b", IntNode.valueOf(2));
      assertThat(journal.find("a")).contains(IntNode.valueOf(1));
    }
    try (Journal journal = Journal.open(file)) {
      assertThat(journal.size()).isEqualTo(2);
      assertThat(journal.find("b")).contains(IntNode.valueOf(2));
    }
  }

  /** A process may be killed at any byte: all lines before the cut one are there, at every cut. */
  @Test
  void halfALastLineIsPassedOver() throws IOException {
    String first = "{\"key\":\"a\",\"value\":1}\n";
    String second = "{\"key\":\"b\",\"value\":2}\n";
    for (int cut = 0; cut < second.length() - 1; cut++) {
      Path file = dir.resolve(cut + ".jsonl");
      Files.writeString(file, first + second.substring(0, cut));
      try (Journal journal = Journal.open(file)) {
        assertThat(journal.size()).isEqualTo(1);
        journal.add("c", IntNode.valueOf(3));
      }
      try (Journal journal = Journal.open(file)) {
        assertThat(journal.find("a")).contains(IntNode.valueOf(1));
        assertThat(journal.find("b")).isEmpty();
        assertThat(journal.find("c")).contains(IntNode.valueOf(3));
      }
    }
  }

  @Test
  void anotherFileIsRefused() throws IOException {
    Path file =
        Files.writeString(dir.resolve("x.jsonl"), "{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}\n");
    assertThatThrownBy(() -> Journal.open(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("line 1 is no entry of a journal");
  }
}

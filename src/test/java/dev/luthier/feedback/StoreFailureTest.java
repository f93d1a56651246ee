package dev.luthier.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A full disk, a database that goes away, a file that is none. */
class StoreFailureTest {
  @TempDir Path folder;

  /** 64 pages of 4 KiB are all that SQLite may take: as a disk that is full. */
  @Test
  void aFullDiskIsSaidAndNothingIsHalfWritten() {
    String url = FeedbackStores.defaultUrl(folder);
    List<String> kept = new ArrayList<>();
    try (FeedbackStore store = FeedbackStores.open(url + "?max_page_count=64")) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; ; i++) {
                  String id = "f" + i;
                  store.add(
                      List.of(Rows.answer("a" + id, "q", "x".repeat(3000))),
                      List.of(Rows.thumb(id, "a" + id, "r1", true)));
                  kept.add(id);
                }
              })
          .isInstanceOf(StoreFull.class)
          .hasMessageContaining("feedback.db has no room left, nothing was written");
      assertThat(kept).isNotEmpty();
      assertThat(store.feedback(Asked.all()))
          .extracting(j -> j.feedback().id())
          .containsExactlyInAnyOrderElementsOf(kept);
      assertThat(store.answer("af" + kept.size())).isEmpty();
      assertThat(store.delete("r1").feedback()).isEqualTo(kept.size()); // room can be made
      assertThat(store.add(Rows.answer("a", "q", "x"))).isTrue();
    }
  }

  @Test
  void aFileThatWasRemovedTakesNoMoreFeedback() throws IOException {
    Path home = Files.createDirectory(folder.resolve("home"));
    try (FeedbackStore store = FeedbackStores.open(FeedbackStores.defaultUrl(home))) {
      store.add(Rows.answer("a", "q", "x"));
      remove(home);
      assertThatThrownBy(() -> store.add(Rows.thumb("f", "a", "r1", true)))
          .isInstanceOf(StoreGone.class)
          .hasMessageContaining("feedback.db is gone");
      assertThatThrownBy(store::pending).isInstanceOf(StoreGone.class);
      Files.createDirectory(home);
      Files.createFile(home.resolve("keep")); // so that the new file is another one
      try (FeedbackStore other = FeedbackStores.open(FeedbackStores.defaultUrl(home))) {
        assertThat(other.answer("a")).isEmpty();
        assertThatThrownBy(() -> store.add(Rows.thumb("f", "a", "r1", true)))
            .isInstanceOf(StoreGone.class);
      }
    }
  }

  private static void remove(Path home) throws IOException {
    try (Stream<Path> files = Files.list(home)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(home);
  }

  @Test
  void aServerThatStopsIsSaid() throws Exception {
    PostgresServer server;
    try {
      server = PostgresServer.start();
    } catch (IOException | RuntimeException e) {
      abort("no PostgreSQL server could be started here: " + e);
      return;
    }
    try (FeedbackStore store = FeedbackStores.open(server.fresh(), folder)) {
      store.add(Rows.answer("a", "q", "x"));
      assertThatThrownBy( // the server stops in the middle of a transaction
              () ->
                  store.together(
                      writing -> {
                        writing.add(Rows.thumb("f2", "a", "r1", true));
                        stop(server);
                        writing.add(Rows.thumb("f3", "a", "r1", true));
                      }))
          .isInstanceOf(StoreGone.class);
      assertThatThrownBy(() -> store.add(Rows.thumb("f4", "a", "r1", true)))
          .isInstanceOf(StoreGone.class)
          .hasMessageContaining("the database postgresql://localhost")
          .hasMessageContaining("cannot be reached");
    } finally {
      server.close();
    }
  }

  private static void stop(PostgresServer server) {
    try {
      server.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatCannotBeOpenedIsTheUsersError() throws IOException {
    assertThatThrownBy(() -> FeedbackStores.open("jdbc:mysql://x/y?password=secret"))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "feedback.url must begin with jdbc:sqlite: or jdbc:postgresql:, was jdbc:mysql://x/y");
    assertThatThrownBy(() -> FeedbackStores.open("jdbc:sqlite::memory:"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("names no file");
    Path text = Files.writeString(folder.resolve("text.db"), "no database at all ".repeat(100));
    assertThatThrownBy(() -> FeedbackStores.open("jdbc:sqlite:" + text))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("text.db");
    assertThatThrownBy(() -> FeedbackStores.open("jdbc:sqlite:" + folder))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot be written");
    assertThatThrownBy(
            () -> FeedbackStores.open("jdbc:postgresql://localhost:1/x?user=a&password=b", folder))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("the database postgresql://localhost:1/x cannot be reached: ");
  }
}

package dev.luthier.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicDirectoryTest {
  @TempDir Path dir;

  private static void fill(Path folder, String text) {
    AtomicFile.write(folder.resolve("a.txt"), text.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(dir)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void replacesAWholeDirectory() throws IOException {
    Path target = dir.resolve("adapter");
    AtomicDirectory.write(
        target,
        folder -> {
          fill(folder, "one");
          AtomicFile.write(folder.resolve("only-in-the-first"), new byte[3]);
        });
    AtomicDirectory.write(target, folder -> fill(folder, "two"));
    assertThat(Files.readString(target.resolve("a.txt"))).isEqualTo("two");
    assertThat(target.resolve("only-in-the-first")).doesNotExist();
    assertThat(names()).containsExactly("adapter");
  }

  @Test
  void failingLeavesTheOldOneAndNothingOfTheUsers() throws IOException {
    Path target = dir.resolve("adapter");
    Files.writeString(dir.resolve(".tmp-of-another-program"), "mine");
    AtomicDirectory.write(target, folder -> fill(folder, "one"));
    assertThatThrownBy(
            () ->
                AtomicDirectory.write(
                    target,
                    folder -> {
                      fill(folder, "two");
                      throw new UserError("no");
                    }))
        .isInstanceOf(UserError.class)
        .hasMessage("no");
    assertThat(Files.readString(target.resolve("a.txt"))).isEqualTo("one");
    assertThat(names()).containsExactly(".tmp-of-another-program", "adapter");
  }

  @Test
  void aDirectoryMovedAsideComesBack() throws IOException {
    Path target = dir.resolve("adapter");
    AtomicDirectory.write(target, folder -> fill(folder, "one"));
    Files.move(target, dir.resolve(".old-adapter"));
    Files.createDirectory(dir.resolve(".tmp-adapter"));
    AtomicDirectory.recover(dir);
    assertThat(Files.readString(target.resolve("a.txt"))).isEqualTo("one");
    assertThat(names()).containsExactly("adapter");
  }
}

package dev.luthier.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes of the user, in jars and folders. */
class UserClassTest {
  private static final String ONE =
      """
      public final class One implements java.util.function.IntUnaryOperator {
        @Override
        public int applyAsInt(int n) {
          return n + 1;
        }
      }
      """;
  private static final String USES =
      """
      public final class Uses implements java.util.function.IntUnaryOperator {
        private final One one = new One();

        @Override
        public int applyAsInt(int n) {
          return one.applyAsInt(n);
        }
      }
      """;

  @TempDir Path dir;

  private static IntUnaryOperator made(String name, Path jar) {
    return new UserClass("f", name, Optional.of(jar)).make(IntUnaryOperator.class, "that");
  }

  private static void refused(String line, String name, Path jar) {
    assertThatThrownBy(() -> made(name, jar))
        .isInstanceOf(UserError.class)
        .hasMessage("f: %s: %s".formatted(name, line));
  }

  @Test
  void fromAFolderAndFromAJar() throws IOException {
    Path classes = Compiled.classes(dir.resolve("classes"), ONE, USES);
    assertThat(made("org.acme.One", classes).applyAsInt(2)).isEqualTo(3);
    Path jar = Compiled.jar(dir.resolve("my.jar"), classes);
    IntUnaryOperator one = made("org.acme.Uses", jar);
    assertThat(one.applyAsInt(2)).isEqualTo(3);
    assertThat(made("org.acme.Uses", jar).getClass()).isSameAs(one.getClass());
    assertThat(made("org.acme.Uses", jar)).isNotSameAs(one);
  }

  @Test
  void whatIsWrong() throws IOException {
    Path gone = dir.resolve("gone.jar");
    refused(
        "jar must be a jar or a folder of classes, but %s is not there".formatted(gone), "A", gone);
    Path text = Files.writeString(dir.resolve("text.jar"), "no jar");
    refused("jar must be a jar or a folder of classes, but %s is none".formatted(text), "A", text);
    Path classes = Compiled.classes(dir.resolve("classes"), ONE, USES, "public class Other {}");
    refused("there is no such class in " + classes, "org.acme.Two", classes);
    refused("it does not implement that", "org.acme.Other", classes);
    Files.delete(classes.resolve("org/acme/One.class"));
    refused(
        "it needs the class org.acme.One, which is not there; set LUTHIER_CLASSPATH to the jar that"
            + " has it",
        "org.acme.Uses",
        classes);
    byte[] newer = Files.readAllBytes(classes.resolve("org/acme/Other.class"));
    newer[7] = (byte) 200; // the version of class files
    Path other = Files.createDirectories(dir.resolve("newer/org/acme"));
    Files.write(other.resolve("Other.class"), newer);
    int own = Runtime.version().feature();
    refused(
        "it was compiled for a newer Java than this, %d; compile it with --release %d"
            .formatted(own, own),
        "org.acme.Other",
        dir.resolve("newer"));
  }
}

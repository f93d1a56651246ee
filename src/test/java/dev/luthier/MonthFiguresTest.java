package dev.luthier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MonthFiguresTest {
  private static final Path DOCS = Path.of("docs");

  /** Numbers are compared, not drawings: these depend on the fonts of the machine. */
  @Test
  void figuresShowTheTables() throws IOException {
    String page = Files.readString(DOCS.resolve("online.md"));
    for (Figure figure : MonthFigures.all(DOCS)) {
      assertThat(Files.readString(DOCS.resolve(figure.name() + ".svg")))
          .as("%s is older than its table; draw it again (docs/online.md)", figure.name())
          .contains(figure.numbers());
      assertThat(page).contains("(" + figure.name() + ".svg)");
    }
  }
}

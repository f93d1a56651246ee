package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RecipeDocsTest {
  @Test
  void thePageIsWhatTheRecordsSay() throws IOException {
    assertThat(Files.readString(Path.of("docs/recipes.md")))
        .as("docs/recipes.md differs from the records; run ./luthier docs and commit it")
        .isEqualTo(RecipeDocs.markdown());
  }
}

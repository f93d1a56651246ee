package dev.luthier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The pages of docs/methods: every method is reached from their index, all have the same sections,
 * and their figures show today's numbers. That links lead somewhere and recipes bind is what {@link
 * dev.luthier.cli.ReadmeTest} asks of them, too.
 */
class MethodPagesTest {
  private static final Path DOCS = Path.of("docs");
  private static final Path INDEX = DOCS.resolve("methods/README.md");
  private static final List<String> SECTIONS =
      List.of(
          "What it does",
          "Formula",
          "When to take it, and when not",
          "Recipe",
          "Cost and result",
          "Where it is computed",
          "Pitfalls",
          "Keys, files and refusals");

  private static List<Path> pages() throws IOException {
    try (Stream<Path> all = Files.list(INDEX.getParent())) {
      return all.filter(p -> p.toString().endsWith(".md") && !p.equals(INDEX)).sorted().toList();
    }
  }

  /** The names that a key of a recipe may have, from the page that is made from the records. */
  private static List<String> names(String key) throws IOException {
    Matcher row =
        Pattern.compile("(?m)^\\| `" + key + "` \\| one of ([^|]+) \\|")
            .matcher(Files.readString(DOCS.resolve("recipes.md")));
    assertThat(row.find()).isTrue();
    return Arrays.stream(row.group(1).split(", ")).map(n -> n.replace("`", "").strip()).toList();
  }

  @Test
  void everyMethodIsInTheIndex() throws IOException {
    String index = Files.readString(INDEX);
    List<String> names = new ArrayList<>(names("method"));
    names.addAll(names("peft"));
    assertThat(names).contains("sft", "outcome_orpo", "lora", "together");
    assertThat(names)
        .allSatisfy(name -> assertThat(index).containsPattern("`" + name + "\\b[^`]*`"));
  }

  @Test
  void everyPageIsInTheIndexAndHasTheSameSections() throws IOException {
    String index = Files.readString(INDEX);
    assertThat(pages()).hasSizeGreaterThan(15);
    for (Path page : pages()) {
      assertThat(index).as("%s", page).contains("](" + page.getFileName() + ")");
      String text = Files.readString(page).replaceAll("(?ms)^```.*?^```$", "");
      List<String> headings =
          Pattern.compile("(?m)^## (.*)$").matcher(text).results().map(m -> m.group(1)).toList();
      assertThat(headings).as("%s", page).isEqualTo(SECTIONS);
      assertThat(text).as("%s: its mathematics", page).contains("(../../src/main/java/");
    }
  }

  /** Numbers are compared, not drawings: these depend on the fonts of the machine. */
  @Test
  void figuresShowTodaysNumbers() throws IOException {
    List<String> drawn = new ArrayList<>();
    for (Figure figure : MethodFigures.all(DOCS)) {
      Path file = INDEX.resolveSibling(figure.name() + ".svg");
      String svg = Files.readString(file);
      assertThat(svg)
          .as("%s is older than its numbers; draw it again (docs/methods/README.md)", file)
          .contains(figure.numbers());
      assertThat(figure.svg()).contains(figure.numbers(), "<svg");
      assertThat(Files.size(file)).as("%s", file).isLessThan(30_000);
      drawn.add(file.getFileName().toString());
    }
    List<String> shown = new ArrayList<>();
    List<Path> all = new ArrayList<>(pages());
    all.add(INDEX);
    for (Path page : all) {
      for (MatchResult m :
          Pattern.compile("!\\[[^]]+]\\(([^)]+\\.svg)\\)")
              .matcher(Files.readString(page))
              .results()
              .toList()) {
        shown.add(m.group(1));
      }
    }
    assertThat(shown).containsAll(drawn);
  }
}

package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.luthier.online.CycleRecipe;
import dev.luthier.recipe.Recipes;
import dev.luthier.recipe.Stages;
import dev.luthier.serve.ServeRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParseResult;

/**
 * The README and the pages in docs/ say what is there: every command line is understood, every
 * recipe binds, every link and path leads somewhere. Nothing is trained.
 */
class ReadmeTest {
  private static final Path README = Path.of("README.md");
  private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern SPAN = Pattern.compile("`([^`\\n]+)`");

  /** What a documented path may begin with that is not there: results, and the reader's own. */
  private static final List<String> NOT_YET = List.of("runs/", "my-");

  @TempDir private Path dir;

  private record Block(Path page, String language, String text) {}

  private static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
      return Stream.concat(Stream.of(README), docs.filter(p -> p.toString().endsWith(".md")))
          .sorted()
          .toList();
    }
  }

  private static List<Block> blocks(String language) throws IOException {
    List<Block> out = new ArrayList<>();
    for (Path page : pages()) {
      Matcher m = FENCE.matcher(Files.readString(page));
      while (m.find()) {
        if (m.group(1).equals(language)) {
          out.add(new Block(page, language, m.group(2)));
        }
      }
    }
    return out;
  }

  @Test
  void namesTheTwoCommands() throws IOException {
    String readme = Files.readString(README);
    assertThat(readme).contains("\n./luthier train recipes/sft-lora.yaml\n", "\nmvn -B verify\n");
    assertThat(Files.readString(Path.of(".ci/run"))).contains("mvn -B verify");
  }

  @TestFactory
  Stream<DynamicTest> everyCommandIsUnderstood() throws IOException {
    return blocks("sh").stream()
        .flatMap(b -> commands(b.text()).stream())
        .distinct()
        .map(line -> DynamicTest.dynamicTest(line, () -> understood(words(line))));
  }

  /** What blocks that are not for copying say, with placeholders and files of the reader's. */
  @TestFactory
  Stream<DynamicTest> everyCommandThatIsShownIsUnderstood() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String language : List.of("", "text")) {
      blocks(language).forEach(b -> lines.addAll(commands(b.text())));
    }
    for (Path page : pages()) {
      String prose = FENCE.matcher(Files.readString(page)).replaceAll("");
      SPAN.matcher(prose)
          .results()
          .map(m -> m.group(1))
          .filter(span -> span.startsWith("./luthier ") && span.contains("recipes/"))
          .forEach(lines::add);
    }
    assertThat(lines).isNotEmpty();
    return lines.stream()
        .filter(line -> !line.contains("$") && !line.contains("[-"))
        .distinct()
        .map(line -> DynamicTest.dynamicTest(line, () -> understood(words(line), true)));
  }

  /** The parts of a shell text that start the launcher. */
  private static List<String> commands(String shell) {
    List<String> out = new ArrayList<>();
    for (String line : shell.replace("\\\n", " ").split("\n")) {
      int start = line.indexOf("./luthier");
      if (start >= 0 && !line.strip().startsWith("#")) {
        out.add(line.substring(start).split("\\s[|>#]")[0].strip());
      }
    }
    return out;
  }

  /** A command cut at blanks; quotes hold blanks together. */
  private static List<String> words(String line) {
    Matcher m = Pattern.compile("\"([^\"]*)\"|'([^']*)'|\\S+").matcher(line);
    return m.results().map(ReadmeTest::unquoted).skip(1).toList();
  }

  private static String unquoted(MatchResult m) {
    return Optional.ofNullable(m.group(1))
        .or(() -> Optional.ofNullable(m.group(2)))
        .orElse(m.group());
  }

  private static void understood(List<String> words) {
    understood(words, false);
  }

  private static void understood(List<String> words, boolean placeholders) {
    ParseResult parsed = new CommandLine(new Luthier()).parseArgs(words.toArray(String[]::new));
    while (parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
    }
    assertThat(parsed.commandSpec().parent()).as("a command").isNotNull();
    List<Path> paths = paths(parsed);
    assertThat(paths)
        .allSatisfy(
            path ->
                assertThat(there(path) || (placeholders && !ours(path))).as("%s", path).isTrue());
    boolean recipe = parsed.matchedPositionals().stream().anyMatch(p -> label(p).equals("RECIPE"));
    if (recipe && Files.exists(paths.get(0)) && paths.get(0).toString().endsWith(".yaml")) {
      List<String> overrides = parsed.unmatched();
      assertThat(overrides).allMatch(o -> o.matches("--[\\w.]+=.*"));
      read(parsed.commandSpec().name(), paths.get(0), overrides);
    } else if (!recipe) {
      assertThat(parsed.unmatched()).isEmpty();
    }
  }

  private static List<Path> paths(ParseResult parsed) {
    return parsed.matchedArgs().stream()
        .flatMap(arg -> arg.typedValues().stream())
        .map(value -> value instanceof Optional<?> o ? o.orElse(null) : value)
        .filter(Path.class::isInstance)
        .map(Path.class::cast)
        .toList();
  }

  private static String label(ArgSpec arg) {
    return arg.paramLabel();
  }

  private static boolean ours(Path path) {
    return List.of("recipes", "data", "models", "docs").contains(path.getName(0).toString());
  }

  private static boolean there(Path path) {
    return Files.exists(path) || NOT_YET.stream().anyMatch((path + "/")::startsWith);
  }

  @Test
  void everyRecipeBinds() throws IOException {
    List<Block> recipes = blocks("yaml");
    assertThat(recipes).isNotEmpty();
    for (Block block : recipes) {
      boolean stages = Pattern.compile("(?m)^stages:").matcher(block.text()).find();
      String text = stages ? block.text() : whole(block.text());
      Path file = Files.writeString(dir.resolve("recipe.yaml"), text);
      assertThatCode(() -> read(file, List.of()))
          .as("%s:\n%s", block.page(), block.text())
          .doesNotThrowAnyException();
    }
  }

  /** Reads the recipe of a command. */
  private static void read(String command, Path file, List<String> overrides) {
    switch (command) {
      case "serve" -> ServeRecipe.read(file, overrides);
      case "online" -> CycleRecipe.Told.read(file, overrides);
      default -> read(file, overrides);
    }
  }

  /** Reads a recipe, or one of stages. */
  private static Record read(Path file, List<String> overrides) {
    if (Recipes.tree(file, List.of(), CycleRecipe.class).containsKey("online")) {
      return CycleRecipe.Told.read(file, overrides);
    }
    return Stages.isOne(file) ? Stages.read(file, overrides) : Recipes.read(file, overrides);
  }

  /** A part of a recipe with what a recipe needs beside it. */
  private static String whole(String part) {
    StringBuilder out = new StringBuilder(part);
    for (String line :
        List.of("model: models/tiny-base", "method: sft", "data: x.jsonl", "output: runs/x")) {
      String key = line.split(":")[0];
      if (!Pattern.compile("(?m)^" + key + ":").matcher(part).find()) {
        out.append(line).append('\n');
      }
    }
    return out.toString();
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    for (Path page : pages()) {
      String text = Files.readString(page);
      for (MatchResult m : LINK.matcher(text).results().toList()) {
        String target = m.group(1);
        if (target.startsWith("http")) {
          continue;
        }
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        assertThat(file).as("link %s of %s", target, page).exists();
        if (parts.length == 2) {
          assertThat(anchors(file)).as("link %s of %s", target, page).contains(parts[1]);
        }
      }
    }
  }

  private static List<String> anchors(Path page) throws IOException {
    return Pattern.compile("(?m)^#+ (.*)$")
        .matcher(Files.readString(page))
        .results()
        .map(m -> m.group(1).toLowerCase(java.util.Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
        .toList();
  }

  @Test
  void everyPathInTheTextIsThere() throws IOException {
    for (Path page : pages()) {
      String prose = FENCE.matcher(Files.readString(page)).replaceAll("");
      SPAN.matcher(prose)
          .results()
          .map(m -> m.group(1))
          .filter(s -> s.matches("(src|docs|data|models|recipes|\\.ci)/[\\w./-]*"))
          .forEach(s -> assertThat(Path.of(s)).as("path in %s", page).exists());
    }
  }
}

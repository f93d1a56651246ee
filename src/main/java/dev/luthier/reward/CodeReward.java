package dev.luthier.reward;

import dev.luthier.error.UserError;
import dev.luthier.sandbox.Ran;
import dev.luthier.sandbox.Sandbox;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Runs the code of an answer on the tests of its row: 1 where it passes all of them, or the share
 * that it passes. Parts: {@code passed}, that share; {@code stopped}, the share of tests that it
 * did not end within its limits of time and output; {@code crashed}, that which ended with an
 * error.
 *
 * <p>A test that is a script has to reach its end: code that ends the process well before the tests
 * passes none of them.
 *
 * @param tests the column with the tests
 * @param partial whether the score is the share of tests that pass
 * @param workers programs at the same time
 */
public record CodeReward(
    Sandbox sandbox, Language language, String tests, boolean partial, int workers)
    implements Reward {
  /** The last block of code; one that was cut off ends where the answer ends. */
  private static final Pattern BLOCK =
      Pattern.compile("```[^\\n`]*\\n(.*?)(?:\\n?```|\\z)", Pattern.DOTALL);

  @Override
  public List<Score> of(List<Asked> answers) {
    return InParallel.map(answers, workers, this::of);
  }

  private Score of(Asked asked) {
    String code = code(asked.answered().said());
    double passed = 0;
    double stopped = 0;
    double crashed = 0;
    List<CodeTest> all = CodeTest.of(asked, tests);
    for (CodeTest test : all) {
      Tried tried = tried(code, test);
      passed += tried.passed() ? 1 : 0;
      stopped += tried.ran().end() == Ran.End.OVER ? 0 : 1;
      crashed += tried.ran().end() == Ran.End.OVER && tried.ran().exit() != 0 ? 1 : 0;
    }
    Map<String, Double> parts = new LinkedHashMap<>();
    parts.put("passed", passed / all.size());
    parts.put("stopped", stopped / all.size());
    parts.put("crashed", crashed / all.size());
    return new Score(partial ? passed / all.size() : passed == all.size() ? 1 : 0, parts);
  }

  private record Tried(Ran ran, boolean passed) {}

  private Tried tried(String code, CodeTest test) {
    if (test instanceof CodeTest.Case one) {
      Ran ran = run(code, one.input());
      return new Tried(ran, ran.well() && same(ran.output(), one.output()));
    }
    String word = UUID.randomUUID().toString();
    Optional<String> last = language.prints(word);
    Ran ran = run(String.join("\n", code, ((CodeTest.Script) test).code(), last.orElse("")), "");
    boolean reached = last.isEmpty() || lines(ran.output()).lines().anyMatch(word::equals);
    return new Tried(ran, ran.well() && reached);
  }

  private Ran run(String code, String input) {
    return sandbox.run(Map.of(language.file(), code + "\n"), language.program(), input);
  }

  /** The code of an answer: its last fenced block, or all of it. */
  static String code(String answer) {
    Matcher blocks = BLOCK.matcher(answer);
    String last = answer;
    while (blocks.find()) {
      last = blocks.group(1);
    }
    return last;
  }

  /** Whether two outputs are the same but for blanks at the ends of lines, and empty last lines. */
  static boolean same(String a, String b) {
    return lines(a).equals(lines(b));
  }

  private static String lines(String text) {
    return text.lines()
        .map(String::stripTrailing)
        .collect(Collectors.joining("\n"))
        .stripTrailing();
  }

  /** Whether every row has tests, and the language runs here. */
  @Override
  public void check(List<Asked> rows) {
    rows.forEach(row -> CodeTest.of(row, tests));
    String word = "ready";
    Optional<String> code = language.prints(word);
    Ran ran = run(code.orElse(""), "");
    boolean missing = ran.exit() == 127 || ran.exit() == 126;
    boolean right = code.isEmpty() ? !missing : ran.well() && ran.output().strip().equals(word);
    if (!right) {
      throw new UserError(
          "code cannot run \"%s\" within its limits: %s"
              .formatted(
                  String.join(" ", language.program()),
                  ran.end() == Ran.End.OVER
                      ? "exit code %d, %s".formatted(ran.exit(), complaint(ran))
                      : "it was stopped by the limit of "
                          + ran.end().name().toLowerCase(Locale.ROOT)));
    }
  }

  private static String complaint(Ran ran) {
    return ran.errors().isEmpty()
        ? "without a word"
        : "\"%s\"".formatted(ran.errors().lines().reduce((first, last) -> last).orElse(""));
  }
}

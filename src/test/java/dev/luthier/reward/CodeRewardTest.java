package dev.luthier.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.luthier.data.Example;
import dev.luthier.error.UserError;
import dev.luthier.sandbox.Isolation;
import dev.luthier.sandbox.Limits;
import dev.luthier.sandbox.Sandbox;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Code that is run on tests. That of the shell runs everywhere, with limits alone. */
class CodeRewardTest {
  private static final Limits SHORT = new Limits(5, 5, 512, 16, 4, 1);

  private static CodeReward shell(boolean partial) {
    return new CodeReward(
        new Sandbox(new Isolation.None(), SHORT), new Language.Shell(), "tests", partial, 2);
  }

  private static CodeReward python() {
    CodeReward reward =
        new CodeReward(
            new Sandbox(new Isolation.Namespaces(), SHORT),
            new Language.Python(),
            "tests",
            true,
            2);
    try {
      reward.check(List.of());
    } catch (UserError e) {
      assumeTrue(false, "needs python3 and namespaces for users: " + e.getMessage());
    }
    return reward;
  }

  private static Asked asked(String answer, Object tests) {
    return new Asked(new Example.PromptCompletion("p", answer), Map.of("tests", tests), 0, "row 4");
  }

  private static double total(Reward reward, String answer, Object tests) {
    return reward.of(List.of(asked(answer, tests))).get(0).total();
  }

  @Test
  void takesTheLastBlock() {
    assertThat(CodeReward.code("x = 1")).isEqualTo("x = 1");
    assertThat(CodeReward.code("so:\n```python\na\nb\n```\nor\n```\nc\n```\ndone")).isEqualTo("c");
    assertThat(CodeReward.code("cut off:\n```sh\na\nb")).isEqualTo("a\nb");
    assertThat(CodeReward.code("empty:\n```\n```")).isEmpty();
  }

  @Test
  void readsTests() {
    assertThat(CodeTest.of(asked("", "assert f()"), "tests"))
        .containsExactly(new CodeTest.Script("assert f()"));
    assertThat(CodeTest.of(asked("", List.of("a", "b")), "tests"))
        .containsExactly(new CodeTest.Script("a"), new CodeTest.Script("b"));
    List<CodeTest> cases = List.of(new CodeTest.Case("1\n2", "3"), new CodeTest.Case("4", "5\n6"));
    assertThat(
            CodeTest.of(
                asked("", "{\"inputs\": [\"1\\n2\", 4], \"outputs\": [3, [\"5\", 6]]}"), "tests"))
        .isEqualTo(cases);
    assertThat(
            CodeTest.of(
                asked(
                    "",
                    List.of(
                        Map.of("input", "1\n2", "output", "3"),
                        Map.of("input", 4, "output", "5\n6"))),
                "tests"))
        .isEqualTo(cases);
    for (Object wrong : List.of("", List.of(), List.of(3), Map.of("inputs", List.of("1")), 7)) {
      assertThatThrownBy(() -> CodeTest.of(asked("", wrong), "tests"))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("row 4: column \"tests\" must hold a script");
    }
    assertThatThrownBy(() -> CodeTest.of(asked("", "x"), "test_list"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("row 4: code finds no tests in column \"test_list\"");
  }

  /** Right, wrong, and right in the middle of a text; a process that ends before the tests. */
  @Test
  void scripts() {
    String test = "[ \"$(add 2 3)\" = 5 ]";
    List<Score> scores =
        shell(false)
            .of(
                List.of(
                    asked("add() { echo $(($1 + $2)); }", test),
                    asked("add() { echo $(($1 - $2)); }", test),
                    asked("So\n```sh\nadd() { echo $(($1 + $2)); }\n```\nit is.", test),
                    asked("exit 0", test),
                    asked("no code", test)));
    assertThat(scores).extracting(Score::total).containsExactly(1.0, 0.0, 1.0, 0.0, 0.0);
    assertThat(scores.get(0).parts())
        .isEqualTo(Map.of("passed", 1.0, "stopped", 0.0, "crashed", 0.0));
    assertThat(scores.get(1).parts()).containsEntry("crashed", 1.0);
    assertThat(scores.get(3).parts())
        .containsEntry("crashed", 0.0); // well, but no test was reached
  }

  /** What it reads and prints; blanks at the ends do not count. One of two: a half, or nothing. */
  @Test
  void cases() {
    Object tests =
        List.of(Map.of("input", "2 3\n", "output", "5"), Map.of("input", "2 2\n", "output", "4\n"));
    assertThat(total(shell(true), "read a b; echo \"$((a + b)) \"; echo", tests)).isEqualTo(1);
    assertThat(total(shell(true), "read a b; echo $((a * b))", tests)).isEqualTo(0.5);
    assertThat(total(shell(false), "read a b; echo $((a * b))", tests)).isZero();
    assertThat(total(shell(true), "read a b; echo $((a + b)); exit 1", tests)).isZero();
  }

  @Test
  void stopsWhatDoesNotEnd() {
    CodeReward reward =
        new CodeReward(
            new Sandbox(new Isolation.None(), new Limits(0.5, 5, 512, 16, 4, 1)),
            new Language.Shell(),
            "tests",
            false,
            2);
    Score score = reward.of(List.of(asked("sleep 30", List.of("true", "true")))).get(0);
    assertThat(score.total()).isZero();
    assertThat(score.parts()).containsEntry("stopped", 1.0).containsEntry("crashed", 0.0);
  }

  @Test
  void anyCommand() {
    Language awk =
        new Language.Command(List.of("awk", "-f"), ".awk", Optional.of("END { print \"%s\" }"));
    CodeReward reward =
        new CodeReward(new Sandbox(new Isolation.None(), SHORT), awk, "tests", false, 1);
    reward.check(List.of());
    assertThat(total(reward, "function f(x) { return 2 * x }", "BEGIN { if (f(2) != 4) exit 1 }"))
        .isEqualTo(1);
    assertThat(total(reward, "function f(x) { return 3 * x }", "BEGIN { if (f(2) != 4) exit 1 }"))
        .isZero();
    assertThatThrownBy(
            () -> new Language.Command(List.of("awk"), ".awk", Optional.of("print ready")))
        .hasMessageContaining("command.print must contain %s");
  }

  @Test
  void looksBeforehand() {
    CodeReward missing =
        new CodeReward(
            new Sandbox(new Isolation.None(), SHORT),
            new Language.Command(List.of("no-such-program"), ".x", Optional.empty()),
            "tests",
            false,
            1);
    assertThatThrownBy(() -> missing.check(List.of(asked("", "x"))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("code cannot run \"no-such-program answer.x\" within its limits")
        .hasMessageContaining("exit code 127");
    assertThatThrownBy(() -> shell(false).check(List.of(asked("", "x"), asked("", List.of()))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("row 4: column \"tests\" must hold");
  }

  /** Python, apart from the rest: right, wrong, endless, too large, and one that leaves early. */
  @Test
  void pythonApart() {
    CodeReward python = python();
    Object tests = List.of("assert add(2, 3) == 5", "assert add(2, 2) == 4");
    List<Score> scores =
        python.of(
            List.of(
                asked("```python\ndef add(a, b):\n    return a + b\n```", tests),
                asked("def add(a, b): return a * b", tests),
                asked("x = bytearray(1 << 30)\ndef add(a, b): return a + b", tests),
                asked("import os\nos._exit(0)", tests),
                asked("import socket\nsocket.create_connection(('127.0.0.1', 9))", tests)));
    assertThat(scores).extracting(Score::total).containsExactly(1.0, 0.5, 0.0, 0.0, 0.0);
    assertThat(scores.get(2).parts()).containsEntry("crashed", 1.0);
    assertThat(scores.get(3).parts()).containsEntry("crashed", 0.0);
  }
}

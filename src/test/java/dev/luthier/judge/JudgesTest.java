package dev.luthier.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.data.Example;
import dev.luthier.endpoint.ChatReply;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways to ask, with an oracle that answers by a rule. */
class JudgesTest {
  @TempDir Path dir;

  /** Says what a function says, and remembers what it was asked. */
  private record Ruled(Function<Question, double[]> rule, List<String> asked) implements Oracle {
    Ruled(Function<Question, double[]> rule) {
      this(rule, new ArrayList<>());
    }

    @Override
    public List<Optional<double[]>> choose(List<Question> questions) {
      questions.forEach(q -> asked.add(q.text()));
      return questions.stream().map(q -> Optional.of(rule.apply(q))).toList();
    }

    @Override
    public List<Optional<String>> write(List<String> questions, int maxTokens) {
      asked.addAll(questions);
      return questions.stream()
          .map(q -> Optional.of(q.contains("[Critique]") ? " better " : "too short"))
          .toList();
    }

    @Override
    public String identity() {
      return "ruled";
    }
  }

  private static double[] two(double p) {
    return new double[] {p, 1 - p};
  }

  /** Likes A by 0.7, and "good" by 0.2: 0.9 where good stands first, 0.5 where it stands second. */
  private static double[] taste(Oracle.Question question) {
    return two(question.text().indexOf("good") < question.text().indexOf("evil") ? 0.9 : 0.5);
  }

  @Test
  void bothOrdersAreAsked() {
    Judge judge = new Way.Pairwise(Optional.empty()).on(new Ruled(JudgesTest::taste));
    List<Optional<Opinion>> said =
        judge.of(List.of(Pairs.of("q", "good", "evil", 1), Pairs.of("q", "evil", "good", 0)));
    // good first: 0.9; good second: 1 - 0.5
    assertThat(said.get(0)).contains(new Opinion(0.9, 0.5));
    assertThat(said.get(1).orElseThrow().ahead()).isCloseTo(0.5, within(1e-12));
    assertThat(said.get(1).orElseThrow().behind()).isCloseTo(0.1, within(1e-12));
    assertThat(said.get(0).get().probability())
        .isCloseTo(1 - said.get(1).get().probability(), within(1e-12));
  }

  /** What an answer says is never taken for a hole of the template. */
  @Test
  void answersCannotFillHoles() {
    Ruled oracle = new Ruled(q -> two(0.5));
    new Way.Pairwise(Optional.empty())
        .on(oracle)
        .of(List.of(Pairs.of("q {answer_b}", "{answer_b} $1 \\", "mine", Double.NaN)));
    assertThat(oracle.asked().get(0)).contains("{answer_b} $1 \\").contains("q {answer_b}");
  }

  /**
   * Grades of a: 1 in 0.2, 2 in 0.8; of b: 1 in 0.5, 2 in 0.5. P(a > b) = 0.8 x 0.5 = 0.4, P(a = b)
   * = 0.2 x 0.5 + 0.8 x 0.5 = 0.5, so 0.4 + 0.25 = 0.65.
   */
  @Test
  void grades() {
    assertThat(RubricJudge.better(new double[] {0.2, 0.8}, new double[] {0.5, 0.5}))
        .isCloseTo(0.65, within(1e-12));
    assertThat(RubricJudge.better(new double[] {0.5, 0.5}, new double[] {0.2, 0.8}))
        .isCloseTo(0.35, within(1e-12));
  }

  /** An answer of several pairs is graded once; (0.2 x 1 + 0.8 x 2 - 1) / (2 - 1) = 0.8. */
  @Test
  void rubric() {
    Ruled oracle = new Ruled(q -> q.text().contains("good") ? new double[] {0.2, 0.8} : two(0.5));
    RubricJudge judge = new Way.Rubric(2, Optional.empty()).on(oracle);
    List<Optional<Opinion>> said =
        judge.of(List.of(Pairs.of("q", "good", "evil", 1), Pairs.of("q", "good", "bad", 1)));
    assertThat(said.get(0).orElseThrow().probability()).isCloseTo(0.65, within(1e-12));
    assertThat(said.get(0).orElseThrow().flips()).isFalse();
    assertThat(oracle.asked()).hasSize(3);
    Example.Answered good = new Example.PromptCompletion("q", "good");
    assertThat(judge.worth(List.of(good), List.of("here")).get(0).orElseThrow())
        .isCloseTo(0.8, within(1e-12));
  }

  @Test
  void constitution() {
    Function<Oracle.Question, double[]> rule = q -> two(q.text().contains("kind") ? 0.9 : 0.3);
    List<String> principles = List.of("Be kind.", "Be brief.");
    Pair pair = Pairs.of("q", "x", "y", Double.NaN);
    Ruled all = new Ruled(rule);
    // ahead (0.9 + 0.3) / 2; behind ((1 - 0.9) + (1 - 0.3)) / 2
    Opinion mean = constitution(principles, true).on(all).of(List.of(pair)).get(0).orElseThrow();
    assertThat(mean.ahead()).isCloseTo(0.6, within(1e-12));
    assertThat(mean.behind()).isCloseTo(0.4, within(1e-12));
    assertThat(all.asked()).hasSize(4);
    Ruled one = new Ruled(rule);
    constitution(principles, false).on(one).of(List.of(pair, pair));
    assertThat(one.asked()).hasSize(4);
    assertThat(one.asked().subList(0, 2)).isEqualTo(one.asked().subList(2, 4)); // the same draw
  }

  private static Way.Constitution constitution(List<String> principles, boolean all) {
    return new Way.Constitution(
        principles, all, 42, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The critique stands in the question for the new answer. */
  @Test
  void answersAreRevised() {
    Ruled oracle = new Ruled(q -> two(0.5));
    List<Optional<Reviser.Revision>> said =
        constitution(List.of("Be kind."), false)
            .reviser(oracle, 16)
            .of(List.of(new Example.PromptCompletion("Hello?", "What.")));
    assertThat(said)
        .containsExactly(Optional.of(new Reviser.Revision("Be kind.", "too short", "better")));
    assertThat(oracle.asked()).hasSize(2);
    assertThat(oracle.asked().get(1)).contains("too short").contains("What.").contains("Be kind.");
  }

  @Test
  void templates() throws IOException {
    Path file = Files.writeString(dir.resolve("t.txt"), "{prompt}: {answer_a}?");
    Way way = new Way.Pairwise(Optional.of(file));
    assertThatThrownBy(() -> way.on(new Ruled(q -> two(0.5))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("t.txt has no {answer_b}");
    Files.writeString(file, "{prompt} {answer_a} {answer_b} {answr}");
    assertThatThrownBy(() -> way.on(new Ruled(q -> two(0.5))))
        .hasMessageContaining("has {answr}, which nothing fills");
    assertThatThrownBy(() -> new Way.Rubric(10, Optional.empty()))
        .hasMessage("rubric.most must be <= 9, was 10");
    assertThatThrownBy(() -> constitution(List.of(" "), false))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("constitution.principles");
  }

  private static Optional<double[]> read(String text, List<Map<String, Double>> positions) {
    return EndpointOracle.read(new ChatReply(text, positions, 1, 1), List.of("A", "B"));
  }

  /** ln 0.6 of "A", ln 0.1 of " A", ln 0.2 of "B": 0.7 / 0.9 for A. */
  @Test
  void logProbabilitiesOfAnEndpoint() {
    Map<String, Double> likely = new java.util.LinkedHashMap<>();
    likely.put("A", Math.log(0.6));
    likely.put(" A", Math.log(0.1));
    likely.put("B", Math.log(0.2));
    likely.put("The", Math.log(0.1));
    assertThat(read("A", List.of(likely)).orElseThrow())
        .containsExactly(new double[] {0.7 / 0.9, 0.2 / 0.9}, within(1e-12));
    // a token before the letter is passed over
    assertThat(read("**A", List.of(Map.of("**", -0.1), likely)).orElseThrow()[0])
        .isCloseTo(0.7 / 0.9, within(1e-12));
  }

  @Test
  void verdictsInWords() {
    assertThat(read("B", List.of()).orElseThrow()).containsExactly(0, 1);
    assertThat(read("**B**.", List.of()).orElseThrow()).containsExactly(0, 1);
    assertThat(read("Answer A is better.", List.of()).orElseThrow()).containsExactly(1, 0);
    assertThat(read("B, as A is wrong", List.of()).orElseThrow()).containsExactly(0, 1);
    assertThat(read("Neither A nor B", List.of())).isEmpty();
    assertThat(read("BANANA", List.of())).isEmpty();
    assertThat(read("", List.of())).isEmpty();
  }
}

package dev.luthier.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.data.Example;
import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rewards made of rewards. */
class CombinedTest {
  private static final Rule DIGIT = new Regex("[0-9]", false);
  private static final Rule SHORT = new Length(0, 2, 1); // 1 to 2 words, 0.5 for 3

  private static Asked asked(String answer) {
    return new Asked(new Example.PromptCompletion("p", answer), Map.of(), 0, "row 4");
  }

  private static Map<String, Reward> named(String a, Reward one, String b, Reward two) {
    Map<String, Reward> out = new LinkedHashMap<>();
    out.put(a, one);
    out.put(b, two);
    return out;
  }

  /** "a b 1": a digit (1), three words (0.5); "a": no digit, short. */
  @Test
  void multiplies() {
    Reward product = new Product(named("digit", DIGIT, "short", SHORT));
    assertThat(product.of(List.of(asked("a b 1"), asked("a"))))
        .containsExactly(
            new Score(0.5, Map.of("digit", 1.0, "short", 0.5)),
            new Score(0, Map.of("digit", 0.0, "short", 1.0)));
  }

  /** The one behind the gate hears of "a b 1" alone, which has a digit. */
  @Test
  void asksBehindTheGateOnlyAboutThoseThatPass() {
    List<String> heard = new ArrayList<>();
    Reward then =
        answers -> {
          answers.forEach(a -> heard.add(a.answered().said()));
          return SHORT.of(answers);
        };
    Reward gate = new Gate(DIGIT, 1, then, -1);
    List<Score> scores = gate.of(List.of(asked("a"), asked("a b 1"), asked("b")));
    assertThat(scores)
        .containsExactly(
            new Score(-1, Map.of("when", 0.0, "open", 0.0)),
            new Score(0.5, Map.of("when", 1.0, "open", 1.0, "then", 0.5)),
            new Score(-1, Map.of("when", 0.0, "open", 0.0)));
    assertThat(heard).containsExactly("a b 1");
    // means: of what is behind the gate over those that passed
    assertThat(Score.means(scores))
        .containsEntry("open", 1 / 3.0)
        .containsEntry("when", 1 / 3.0)
        .containsEntry("then", 0.5);
    assertThat(gate.of(List.of(asked("a")))).hasSize(1);
    assertThat(heard).hasSize(1); // nobody passed, nobody was asked
  }

  /** Parts of parts keep the way to them. */
  @Test
  void nests() {
    Reward product = new Product(named("digit", DIGIT, "short", SHORT));
    Reward sum =
        new WeightedSum(Map.of("both", new WeightedSum.Summand(new Gate(DIGIT, 1, product, 0), 2)));
    Score score = sum.of(List.of(asked("a b 1"))).get(0);
    assertThat(score.total()).isEqualTo(1); // 2 * 1 * 0.5
    assertThat(score.parts())
        .containsEntry("both", 0.5)
        .containsEntry("both/open", 1.0)
        .containsEntry("both/then", 0.5)
        .containsEntry("both/then/short", 0.5);
  }

  @Test
  void clips() {
    Reward words =
        answers ->
            answers.stream()
                .map(a -> new Score(a.answered().said().length(), Map.of("own", 7.0)))
                .toList();
    assertThat(new Clipped(words, new ClipRange(-1, 2)).of(List.of(asked("abc"), asked("a"))))
        .containsExactly(
            new Score(2, Map.of("own", 7.0, "unclipped", 3.0)),
            new Score(1, Map.of("own", 7.0, "unclipped", 1.0)));
    assertThat(new ClipRange(-1, 2).of(-5)).isEqualTo(-1);
    assertThat(new ClipRange(-1, 2).of(Double.NaN)).isNaN(); // refused later, and not hidden
  }

  /**
   * Two groups of two: (1, 3) has mean 2 and deviation sqrt(2), so -1 / (1.41421 + 1e-4) =
   * -0.70706; (5, 5) is 0. Of all: mean 3.5, squares 6.25 + 0.25 + 2.25 + 2.25 = 11, deviation
   * sqrt(11 / 3) = 1.91485.
   */
  @Test
  void normalizes() {
    double[] scores = {1, 3, 5, 5};
    assertThat(new Normalization.None().of(scores, 2)).containsExactly(scores);
    assertThat(new Normalization.Group().of(scores, 2))
        .containsExactly(new double[] {-0.70706, 0.70706, 0, 0}, within(1e-5));
    assertThat(new Normalization.Rollout().of(scores, 2))
        .containsExactly(
            new double[] {-2.5 / 1.91495, -0.5 / 1.91495, 1.5 / 1.91495, 1.5 / 1.91495},
            within(1e-5));
    assertThat(new Normalization.MinMax().of(scores, 2)).containsExactly(0, 0.5, 1, 1);
    double[] same = {0.1, 0.1, 0.1};
    assertThat(new Normalization.Rollout().of(same, 3)).containsExactly(0, 0, 0);
    assertThat(new Normalization.MinMax().of(same, 3)).containsExactly(0, 0, 0);
    assertThat(new Normalization.Group().of(new double[] {4, 9}, 1)).containsExactly(0, 0);
  }

  @Test
  void looksAtRowsBeforehand() {
    List<Asked> rows = List.of(asked(""));
    Reward right = new ExactMatch("expected");
    for (Reward reward :
        List.of(
            new Product(named("digit", DIGIT, "right", right)),
            new Gate(DIGIT, 1, right, 0),
            new Gate(right, 1, DIGIT, 0),
            new Clipped(right, new ClipRange(0, 1)),
            new WeightedSum(Map.of("r", new WeightedSum.Summand(right, 1))))) {
      assertThatThrownBy(() -> reward.check(rows))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("row 4: exact_match finds no expected answer");
    }
  }
}

package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.doc.Doc;
import dev.luthier.error.UserError;
import dev.luthier.reward.ClipRange;
import dev.luthier.reward.Normalization;
import dev.luthier.reward.Score;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scorers made of scorers, as recipes write them. */
class CombinedScorerTest {
  record Holder(@Doc("What answers are worth") Map<String, RewardPart> rewards) {}

  private static Holder read(String yaml) {
    return Recipes.parse("rewards: " + yaml, "test.yaml", List.of(), p -> p, Holder.class);
  }

  private static void refused(String line, String yaml) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(line)
        .hasMessageNotContaining("\n");
  }

  @Test
  void nestAndComeBack() {
    Holder read =
        read(
            """
            { both: { scorer: { gate: { when: { regex: { pattern: x } }, then: { product: { of: {
                right: exact_match, short: { length: { most: 8 } } } } }, otherwise: -0.5 } },
              clip: [-1, 2], normalize: group, weight: 3 },
              plain: exact_match }
            """);
    RewardPart both = read.rewards().get("both");
    assertThat(both.clip()).contains(new ClipRange(-1, 2));
    assertThat(both.normalize()).isEqualTo(new Normalization.Group());
    assertThat(((GateScorer) both.scorer()).then()).isInstanceOf(ProductScorer.class);
    assertThat(((GateScorer) both.scorer()).atLeast()).isEqualTo(1);
    assertThat(read.rewards().get("plain").normalize()).isEqualTo(new Normalization.None());
    assertThat(Recipes.parse(Recipes.print(read), "again.yaml", List.of(), p -> p, Holder.class))
        .isEqualTo(read);
  }

  @Test
  void refuseWhatCannotBe() {
    refused(
        "product.of must name a scorer, was empty", "{ a: { scorer: { product: { of: {} } } } }");
    refused(
        "product.of: a reward's name is made of letters, digits, _ and -, was \"a/b\"",
        "{ a: { scorer: { product: { of: { a/b: exact_match } } } } }");
    refused(
        "clip must be two numbers, the lower one first", "{ a: { scorer: length, clip: [1, 1] } }");
    refused(
        "sum.of.b.normalize is for the rewards of the method",
        "{ a: { scorer: { sum: { of: { b: { scorer: length, normalize: group } } } } } }");
    refused(
        "missing key rewards.a.scorer.gate.then", "{ a: { scorer: { gate: { when: length } } } }");
    refused(
        "did you mean rewards.NAME.scorer.gate.when?",
        "{ a: { scorer: { gate: { if: length, then: length } } } }");
  }

  /** What is known of the parts holds for the whole only where all of them have it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "length | true | true",
        "{ product: { of: { a: length, b: exact_match } } } | true | true",
        "{ product: { of: { a: length, b: { java: X } } } } | false | true",
        "{ product: { of: { a: length, b: column } } } | true | false",
        "{ gate: { when: { java: X }, then: length } } | true | true",
        "{ gate: { when: length, then: { java: X } } } | false | true",
        "{ gate: { when: length, then: length, otherwise: -1 } } | false | true",
        "{ gate: { when: column, then: length } } | true | false",
        "{ sum: { of: { a: { scorer: length, weight: 0.5 }, b: { scorer: length, weight: 0.5 } } } } | true | true",
        "{ sum: { of: { a: length, b: length } } } | false | true",
        "{ sum: { of: { a: { scorer: length, weight: -0.5 } } } } | false | true",
        "{ sum: { of: { a: { scorer: { java: X }, clip: [0, 1] } } } } | true | true",
        "{ sum: { of: { a: column } } } | true | false",
      })
  void boundsAndFiles(String scorer, boolean bounded, boolean scoresWritten) {
    Scorer read = read("{ a: { scorer: %s } }".formatted(scorer)).rewards().get("a").scorer();
    assertThat(read.bounded()).isEqualTo(bounded);
    assertThat(read.scoresWritten()).isEqualTo(scoresWritten);
  }

  /**
   * Two answers to a prompt: a = (0, 1), b = (4, 2), overlong -1 each, so totals are a + 0.5 b - 1
   * = (1, 1). With b by min and max, (1, 0): 0 + 0.5 - 1 and 1 + 0 - 1.
   */
  @Test
  void learntFromAfterNormalizing() {
    List<Score> scores =
        List.of(
            new Score(1, Map.of("a", 0.0, "b", 4.0, "overlong", -1.0)),
            new Score(1, Map.of("a", 1.0, "b", 2.0, "overlong", -1.0)));
    Map<String, RewardPart> plain =
        read("{ a: length, b: { scorer: length, weight: 0.5 } }").rewards();
    assertThat(LearntRewards.of(plain, scores, 2)).containsExactly(1, 1);
    Map<String, RewardPart> scaled =
        read("{ a: length, b: { scorer: length, weight: 0.5, normalize: min_max } }").rewards();
    assertThat(LearntRewards.of(scaled, scores, 2))
        .containsExactly(new float[] {-0.5f, 0}, within(1e-6f));
  }
}

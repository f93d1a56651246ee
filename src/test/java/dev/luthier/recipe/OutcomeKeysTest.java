package dev.luthier.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.luthier.error.UserError;
import dev.luthier.loss.Dpo;
import dev.luthier.loss.Ipo;
import dev.luthier.loss.Outcome;
import dev.luthier.loss.OutcomeWay;
import dev.luthier.loss.Per;
import dev.luthier.reward.Column;
import dev.luthier.reward.ExactMatch;
import dev.luthier.reward.Regex;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Outcome-regularised ORPO as a recipe writes it. */
class OutcomeKeysTest {
  private static final String TRUTH = "outcomes: { truth: { scorer: exact_match } }";

  private static Recipe recipe(String method, String... more) {
    String text = "{ model: m, method: %s, data: d.jsonl, output: o }".formatted(method);
    return Recipes.parse(text, "r", List.of(more), UnaryOperator.identity(), Recipe.class);
  }

  private static OutcomePrefer read(String keys, String... more) {
    return (OutcomePrefer) recipe("{ outcome_orpo: { %s } }".formatted(keys), more).method();
  }

  @Test
  void defaults() {
    OutcomePrefer method = read(TRUTH);
    assertThat(method.loss()).isEqualTo(new Dpo(0.1));
    assertThat(method.way()).isEqualTo(new OutcomeWay.Margin());
    assertThat(method.outcomes().get("truth"))
        .isEqualTo(
            new OutcomeMetric(
                new Scorer.Ruled(new ExactMatch("expected")),
                1,
                Outcome.Direction.UP,
                Optional.empty()));
    assertThat(recipe("{ outcome-orpo: { " + TRUTH + " } }").method()).isEqualTo(method);
  }

  /** Metrics stand in their order, and what is printed reads as the same. */
  @Test
  void allKeys() {
    String keys =
        """
        loss: { ipo: { beta: 0.2, per: answer } }, way: weight, multiplier_rate: 0.5, reference: copy,
        outcomes: {
          truth: { scorer: { column: { low: 1, high: 5 } }, weight: 4 },
          digits: { scorer: { regex: { pattern: '[0-9]', whole: true } }, weight: 0 },
          toxicity: { scorer: { classifier: { model: c, labels: ["0", "1"], max_length: 64 } },
                      direction: down, floor: 0.1 },
          worth: { scorer: { reward_model: { model: r } } } }
        """;
    OutcomePrefer method = read(keys);
    assertThat(method.loss()).isEqualTo(new Ipo(0.2, Per.ANSWER));
    assertThat(method.outcomes().keySet()).containsExactly("truth", "digits", "toxicity", "worth");
    assertThat(method.outcomes().get("truth").scorer())
        .isEqualTo(new Scorer.Ruled(new Column("chosen_score", "rejected_score", 1, 5)));
    assertThat(method.outcomes().get("digits").scorer())
        .isEqualTo(new Scorer.Ruled(new Regex("[0-9]", true)));
    OutcomeMetric toxicity = method.outcomes().get("toxicity");
    assertThat(toxicity.outcome())
        .isEqualTo(new Outcome(1, Outcome.Direction.DOWN, Optional.of(0.1)));
    Recipe whole = recipe("{ outcome_orpo: { %s } }".formatted(keys));
    assertThat(
            Recipes.parse(
                Recipes.print(whole), "r", List.of(), UnaryOperator.identity(), Recipe.class))
        .isEqualTo(whole);
  }

  @Test
  void overrides() {
    OutcomePrefer method =
        read(
            TRUTH,
            "--method.outcome-orpo.outcomes.truth.weight=3",
            "--method.outcome_orpo.way=weight");
    assertThat(method.outcomes().get("truth").weight()).isEqualTo(3);
    assertThat(method.way()).isEqualTo(new OutcomeWay.Weight());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "way: margin | missing key method.outcome_orpo.outcomes (The metrics",
        "outcomes: {} | outcome_orpo.outcomes must name a metric, was empty; without one it is method.dpo",
        "outcomes: { gap: { scorer: exact_match } } | is not gap; was \"gap\"",
        "outcomes: { a b: { scorer: exact_match } } | was \"a b\"",
        "outcomes: { t: { weight: 1 } } | missing key method.outcome_orpo.outcomes.t.scorer",
        "outcomes: { t: { scorer: exact_mach } } | did you mean method.outcome_orpo.outcomes.NAME.scorer.exact_match?",
        "outcomes: { t: { scorer: exact_match, weight: -1 } } | outcome.weight must be >= 0, was -1",
        "outcomes: { t: { scorer: exact_match, floor: 2 } } | outcome.floor must be",
        "outcomes: { t: { scorer: exact_match, direction: left } } | must be one of up, down",
        "outcomes: { t: { scorer: { regex: { pattern: '(' } } } } | regex.pattern must be a regular expression",
        "outcomes: { t: { scorer: { classifier: { model: m } } } } | missing key method.outcome_orpo.outcomes.t.scorer.classifier.labels",
        "outcomes: { t: { scorer: { classifier: { model: m, labels: [] } } } } | classifier.labels must name a class",
        "loss: orpo, outcomes: { t: { scorer: exact_match } } | unknown key method.outcome_orpo.loss.orpo",
        "multiplier_rate: 0, outcomes: { t: { scorer: exact_match } } | outcome_orpo.multiplier_rate must be > 0, was 0",
        "loss: { gpo: { ranking: plackett_luce } }, outcomes: { t: { scorer: exact_match } } | outcome_orpo.loss.gpo.ranking and offset must be left at their defaults"
      })
  void refusals(String keys, String message) {
    assertThatThrownBy(() -> read(keys))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
  }
}

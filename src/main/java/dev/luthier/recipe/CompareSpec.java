package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.reward.Reward;
import dev.luthier.rollout.Sampling;
import java.util.List;
import java.util.Optional;

/** Answers before and after training, side by side. */
@Doc(
    "Answers before the first step and after the last, side by side in the report, for methods that"
        + " write (docs/preferences.md)")
@Shorthand
public record CompareSpec(
    @Doc(
            value =
                "Rows to measure on whose prompts are answered, from the top; 0: none; unset: as many"
                    + " as `generate`, at most 16",
            elsewhere = {"num_prompts"})
        Optional<Integer> prompts,
    @Doc("What says which of two answers is better, for the win rate; unset: nothing does")
        Optional<Scorer> judge,
    @Doc("The answers are drawn at this temperature; 0: the likeliest token every time")
        @Default("0")
        double temperature) {
  private static final int USUAL = 16;

  public CompareSpec {
    prompts.ifPresent(n -> Check.atLeast("eval.compare.prompts", 0, n));
    try {
      sampling(temperature);
    } catch (UserError e) {
      throw new UserError("eval.compare.temperature: " + e.getMessage(), e);
    }
  }

  private static Sampling sampling(double temperature) {
    return new Sampling(temperature, 0, 1, 0, 1);
  }

  Sampling sampling() {
    return sampling(temperature);
  }

  /**
   * How many prompts are answered.
   *
   * @param generate how many rows are answered in evaluations
   */
  int count(int generate) {
    return prompts.orElse(Math.min(USUAL, generate));
  }

  /**
   * Tries the judge on the data's own answers, so that nobody trains before a refusal.
   *
   * @throws UserError if the judge cannot be read, or has no score for one of them
   */
  void check(Recipe recipe, Corpus<?> corpus) {
    check(
        recipe.model().device(),
        corpus.questions().stream()
            .flatMap(s -> Posed.of(s.example()).map(posed -> posed.question(s)).stream())
            .limit(count(recipe.eval().generate()))
            .toList());
  }

  /** The same for questions that are not in a recipe. */
  void check(String device, List<Exam.Question> questions) {
    if (judge.isEmpty()) {
      return;
    }
    try (Reward trial = judge.get().open(device)) {
      trial.of(
          questions.stream()
              .flatMap(q -> q.asked().stream())
              .map(a -> a.answered().said().isEmpty() ? a.saying("?") : a)
              .toList());
    } catch (UserError e) {
      throw new UserError("eval.compare.judge: " + e.getMessage(), e);
    }
  }

  /** A judge in words: its name and its settings. */
  static String told(Scorer judge) {
    return "%s %s"
        .formatted(
            Schema.name(judge), Unbinder.record((Record) judge).toString().replace("=", ": "));
  }

  /**
   * A judge as a recipe or a command has it: a name, or YAML such as {@code {reward_model: {model:
   * runs/reward/model}}}.
   *
   * @throws UserError if it is none
   */
  static Scorer judge(String yaml) {
    Binder binder = new Binder(Recipe.class, place -> place);
    return (Scorer) binder.bind(Scorer.class, Yaml.parse(yaml), "eval.compare.judge");
  }
}

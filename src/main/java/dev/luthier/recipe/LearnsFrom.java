package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.loss.PairLoss;
import java.util.Map;
import java.util.Optional;

/** What rows of feedback a method learns from. */
public enum LearnsFrom {
  /** Two answers to a prompt, of which one is better. */
  PAIRS,
  /** Answers that are said to be good or bad. */
  LABELS,
  /** Prompts, which the model answers itself. */
  PROMPTS;

  /**
   * That of a recipe which need not be whole.
   *
   * @param recipe as plain data
   * @param path its key, for messages
   * @throws UserError if it names no method, or one that does not learn from feedback
   */
  public static LearnsFrom of(Map<String, Object> recipe, String path) {
    Object told =
        Optional.ofNullable(recipe.get("method"))
            .orElseThrow(() -> new UserError("missing key %s.method".formatted(path)));
    Method method =
        (Method) new Binder(Recipe.class, p -> p).bind(Method.class, told, path + ".method");
    if (method instanceof AnswersMethod) {
      return PROMPTS;
    }
    if (method instanceof Prefer prefer) {
      return prefer.loss() instanceof PairLoss ? PAIRS : LABELS;
    }
    if (method instanceof OutcomePrefer || method instanceof Reward) {
      return PAIRS;
    }
    throw new UserError(
        "%s.method must learn from preferences (dpo, ipo, kto, gpo, orpo ...) or rewards (grpo, ppo ...), was %s"
            .formatted(path, Schema.name(method)));
  }
}

package dev.luthier.cli;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.recipe.BestOf;
import dev.luthier.recipe.Scorer;
import dev.luthier.recipe.Writer.Manner;
import dev.luthier.recipe.Writer.Voice;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which of several drawn answers is the answer. */
final class BestArguments {
  @Option(
      names = "--best-of",
      paramLabel = "N",
      description = "Draws N answers, and gives the one that --by finds best.")
  private Optional<Integer> bestOf = Optional.empty();

  @Option(
      names = "--by",
      paramLabel = "SCORER",
      description =
          "With --best-of: a scorer as a recipe's rewards have it, such as exact_match or"
              + " {reward_model: {model: runs/reward/model}}.")
  private Optional<String> by = Optional.empty();

  @Option(
      names = "--gold",
      paramLabel = "SCORER",
      description = "With --best-of: what is measured beside --by and chooses nothing.")
  private Optional<String> gold = Optional.empty();

  boolean wanted() {
    if (bestOf.isEmpty() && (by.isPresent() || gold.isPresent())) {
      throw new UserError("--by and --gold are for --best-of; add it");
    }
    return bestOf.isPresent();
  }

  /**
   * @throws UserError if the options do not go together
   */
  BestOf of(Voice voice, Manner manner) {
    int n = bestOf.orElseThrow();
    Check.atLeast("--best-of", 1, n);
    if (n > 1 && manner.sampling().greedy()) {
      throw new UserError(
          "--best-of %d would find %d times the same answer: set --temperature, 1 for the model's own distribution"
              .formatted(n, n));
    }
    Scorer chooses =
        by.map(text -> scorer("--by", text))
            .orElseThrow(
                () -> new UserError("--best-of needs --by, which says which answer is best"));
    return new BestOf(voice, n, chooses, gold.map(text -> scorer("--gold", text)), manner);
  }

  private static Scorer scorer(String option, String text) {
    Scorer out = BestOf.scorer(option, text);
    if (!out.scoresWritten()) {
      throw new UserError(
          "%s %s scores answers of a file, but these are the model's own".formatted(option, text));
    }
    return out;
  }
}

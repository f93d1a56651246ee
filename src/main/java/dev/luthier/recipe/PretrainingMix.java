package dev.luthier.recipe;

import dev.luthier.data.Batches;
import dev.luthier.data.Doctor;
import dev.luthier.data.Form;
import dev.luthier.data.LossOn;
import dev.luthier.data.Report;
import dev.luthier.data.Samples;
import dev.luthier.data.SftTokenizer;
import dev.luthier.data.TokenRow;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Seed;
import java.util.List;

/**
 * Texts that are learnt beside the answers (Ouyang et al. 2022, https://arxiv.org/abs/2203.02155,
 * eq. 2, PPO-ptx): + gamma E log pi(x), here the mean over the tokens of a step.
 */
@Doc("Texts that are learnt beside the answers, by their cross-entropy (arXiv 2203.02155, eq. 2)")
public record PretrainingMix(
    @Doc("The texts, conversations or prompts with completions: one source, or a list of sources")
        List<DataSpec.Source> data,
    @Doc("What their loss, the mean over tokens, counts beside the answers'") @Default("27.8")
        double coef,
    @Doc("How many of them a step learns") @Default("16") int batch,
    @Doc("Which of their tokens are learnt") @Default("all") LossOn lossOn) {
  private static final long ORDER = 77; // for the seed

  public PretrainingMix {
    Check.above("pretraining_mix.coef", 0, coef);
    Check.atLeast("pretraining_mix.batch", 1, batch);
    if (data.isEmpty()) {
      throw new UserError("pretraining_mix.data must name at least one file, was []");
    }
  }

  /**
   * Reads the texts; which of them a step learns follows from the step.
   *
   * @param maxLength of one, in tokens
   * @throws UserError if one cannot be used
   */
  Batches<TokenRow> open(Recipe recipe, ModelFolder folder, int maxLength) {
    Samples read = Samples.load(Corpus.sets(data, recipe), Form.TO_WRITE, recipe.seed());
    Report<TokenRow> report =
        new Doctor(maxLength, recipe.method().tooLong(), "pretraining_mix")
            .examine(
                read, Samples.NONE, new SftTokenizer(folder.tokenizer(), folder.renderer(), lossOn))
            .healthy();
    return new Batches<>(
        report.trainRows(), batch, Batches.Order.shuffled(Seed.of(recipe.seed(), ORDER)));
  }
}

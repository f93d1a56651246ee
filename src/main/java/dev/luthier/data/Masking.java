package dev.luthier.data;

import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.tensor.Seed;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Hides tokens of a row for masked language modelling, as BERT's {@code create_pretraining_data}
 * (Devlin et al. 2019, section 3.1): max(1, round(share * n)) of the n tokens that are no control
 * tokens; of these 80 % become the mask, 10 % a token drawn from the whole vocabulary, 10 % stay.
 *
 * @param share how much of a row is hidden, usually 0.15
 * @param mask the id of the mask token
 * @param vocabulary how many tokens there are to draw from
 */
public record Masking(double share, int mask, int vocabulary) {
  private static final double MASKED = 0.8;
  private static final double DRAWN = 0.9;

  public Masking {
    Check.above("mlm.share", 0, share);
    Check.below("mlm.share", 0, 1, share);
  }

  /**
   * @throws UserError if the model has no mask token
   */
  public static Masking of(double share, Tokenizer tokenizer) {
    int mask =
        tokenizer
            .named("mask_token")
            .orElseThrow(
                () ->
                    new UserError(
                        "masked language modelling needs a mask_token, which the model folder does not name"));
    return new Masking(share, mask, tokenizer.vocabularySize());
  }

  /** How many of n tokens are hidden; a half is rounded to the even number, as in Python. */
  public int count(int n) {
    return n == 0 ? 0 : Math.min(n, Math.max(1, (int) Math.rint(share * n)));
  }

  /**
   * The row with tokens hidden, each hidden token the target of its place. The choice follows from
   * seed, epoch and row number alone.
   *
   * @param number the row's place among those used
   */
  public TaggedRow hide(MaskableRow row, long seed, long epoch, long number) {
    long drawn = Seed.of(seed, epoch, number);
    SplittableRandom random = new SplittableRandom(drawn);
    int[] places = row.places();
    int[] order = Shuffle.order(places.length, Seed.of(drawn, 1));
    int[] ids = row.ids().clone();
    int[] hidden = new int[ids.length];
    Arrays.fill(hidden, TaggedRow.NONE);
    for (int i = 0; i < count(places.length); i++) {
      int place = places[order[i]];
      hidden[place] = ids[place];
      double fate = random.nextDouble();
      if (fate < MASKED) {
        ids[place] = mask;
      } else if (fate < DRAWN) {
        ids[place] = random.nextInt(vocabulary);
      }
    }
    return new TaggedRow(ids, row.types(), hidden);
  }
}

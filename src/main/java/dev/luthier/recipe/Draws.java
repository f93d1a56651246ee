package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.rollout.Sampling;
import java.util.List;

/** How several answers to a prompt are drawn. */
@Doc("How several answers to a prompt are drawn")
public record Draws(
    @Doc(
            value = "Answers to each prompt",
            elsewhere = {"n", "num_generations", "best_of"})
        @Default("8")
        int samples,
    @Doc("Longest answer in tokens") @Default("256") int maxNewTokens,
    @Doc("What logits are divided by; 1 is the model's own distribution") @Default("1")
        double temperature,
    @Doc("Only the k likeliest tokens are drawn from; 0: all") @Default("0") int topK,
    @Doc("Only the likeliest tokens with so much of the mass are drawn from; 1: all") @Default("1")
        double topP) {
  public Draws {
    Check.atLeast("draw.samples", 1, samples);
    Check.atLeast("draw.max_new_tokens", 1, maxNewTokens);
    if (temperature == 0 && samples > 1) {
      throw new UserError(
          "draw.temperature must be > 0 for draw.samples %d, was 0: greedy answers to a prompt are all the same"
              .formatted(samples));
    }
    new Sampling(temperature, topK, topP, 0, 1); // checks the others
  }

  private static final long CACHE_BYTES = 2L << 30; // as the commands have it

  Writer.Manner manner(long seed) {
    return new Writer.Manner(
        new Sampling(temperature, topK, topP, 0, 1), maxNewTokens, List.of(), seed, CACHE_BYTES);
  }
}

package dev.luthier.rollout;

import dev.luthier.error.UserError;

/**
 * How the next token is chosen from the model's distribution. The values mean what they mean in
 * transformers' {@code GenerationConfig}, and act in its order: repetition penalty, temperature,
 * top-k, top-p, min-p.
 *
 * @param temperature what the logits are divided by; 0 takes the likeliest token every time
 * @param topK only the k likeliest tokens stay (and those level with the last); 0 keeps all
 * @param topP only the smallest set of tokens with at least this much of the mass stays; 1 keeps
 *     all
 * @param minP only tokens at least this many times as likely as the likeliest stay; 0 keeps all
 * @param repetitionPenalty tokens of the prompt and the completion become less likely by it; 1
 *     changes nothing
 */
public record Sampling(
    double temperature, int topK, double topP, double minP, double repetitionPenalty) {
  /** The likeliest token every time. */
  public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1);

  /** The model's own distribution, untouched. */
  public static final Sampling MODEL = new Sampling(1, 0, 1, 0, 1);

  private static final double COLDEST = 1e-4;

  /**
   * @throws UserError naming the value that is out of its range
   */
  public Sampling {
    check(
        temperature == 0 || (temperature >= COLDEST && Double.isFinite(temperature)),
        "temperature must be 0 (greedy) or at least 0.0001",
        temperature);
    check(topK >= 0, "top_k must be 0 (off) or more", topK);
    check(topP > 0 && topP <= 1, "top_p must be above 0 and at most 1 (off)", topP);
    check(minP >= 0 && minP <= 1, "min_p must be from 0 (off) to 1", minP);
    check(
        repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
        "repetition_penalty must be above 0; 1 is off",
        repetitionPenalty);
  }

  public boolean greedy() {
    return temperature == 0;
  }

  /** Whether no token is penalised or left out before the draw. */
  boolean whole() {
    boolean all = topK == 0 && topP == 1 && minP == 0;
    return repetitionPenalty == 1 && (greedy() || all); // a filter does not move the likeliest
  }

  private static void check(boolean holds, String rule, Number was) {
    if (!holds) {
      throw new UserError("sampling.%s, was %s".formatted(rule, was));
    }
  }
}

package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.loss.OverlongPenalty;
import dev.luthier.loss.SamplingCorrection;
import dev.luthier.rollout.Sampling;
import java.util.Optional;

/** How the model answers prompts to learn from its answers. */
@Doc("How the model answers prompts to learn from its answers")
public record RolloutSpec(
    @Doc(
            value = "Answers to each prompt",
            elsewhere = {"num_generations", "num_generations_per_prompt", "n"})
        @Default("8")
        int samples,
    @Doc(
            value = "Longest answer in tokens",
            elsewhere = {"max_completion_length", "response_length", "max_new_tokens"})
        @Default("256")
        int maxNewTokens,
    @Doc("What logits are divided by; 1 is the model's own distribution") @Default("1")
        double temperature,
    @Doc("Only the k likeliest tokens are drawn from; 0: all") @Default("0") int topK,
    @Doc("Only the likeliest tokens with so much of the mass are drawn from; 1: all") @Default("1")
        double topP,
    @Doc(
            value =
                "Weights for answers that were not drawn from the policy as it is trained; unset:"
                    + " none where temperature, top_k and top_p leave the model's distribution as it"
                    + " is, else its defaults",
            elsewhere = {"vllm_importance_sampling_correction"})
        Optional<SamplingCorrection> correction,
    @Doc(
            value = "Whether answers that were cut at the limit teach nothing",
            elsewhere = {"mask_truncated_completions"})
        @Default("false")
        boolean maskTruncated,
    @Doc(
            value =
                "How many times prompts whose answers are all worth the same are replaced by others,"
                    + " since they teach nothing (dynamic sampling, arXiv 2503.14476); 0: never",
            elsewhere = {"dynamic_sampling"})
        @Default("0")
        int redraws,
    @Doc(
            "What an answer pays for coming near the limit of its length, as a part of the reward;"
                + " unset: nothing")
        Optional<OverlongPenalty> overlong,
    @Doc("Who answers") @Default("policy") AnsweredBy by,
    @Doc(
            value =
                "How many rollouts answering is ahead of learning: 1: the next one is answered, by the"
                    + " policy as it is when learning from this one begins, while the policy learns; 0:"
                    + " when it is wanted, by the policy as it is then",
            elsewhere = {
              "max_head_offpolicyness",
              "max_async_level",
              "sampling_steps_ahead",
              "max_staleness"
            })
        @Default("0")
        int ahead,
    @Doc(
            value =
                "How many answers of each rollout rollouts.jsonl in the run's directory keeps, with what"
                    + " they were worth: the first ones; 0: none",
            elsewhere = {"log_completions", "num_completions_to_print"})
        @Default("8")
        int log) {
  public RolloutSpec {
    Check.atLeast("rollout.samples", 1, samples);
    Check.atLeast("rollout.max_new_tokens", 1, maxNewTokens);
    Check.atLeast("rollout.redraws", 0, redraws);
    if (redraws > 0 && samples < 2) {
      throw new UserError(
          "rollout.redraws replaces prompts whose answers are all worth the same, which a single answer always is; take rollout.samples: 2 or more, or leave redraws out");
    }
    Check.within("rollout.ahead", 0, 1, ahead);
    Check.atLeast("rollout.log", 0, log);
    if (!(temperature > 0)) {
      throw new UserError(
          "rollout.temperature must be > 0, was %s: greedy answers to a prompt are all the same"
              .formatted(Check.text(temperature)));
    }
    new Sampling(temperature, topK, topP, 0, 1); // checks the others
  }

  Sampling sampling() {
    return new Sampling(temperature, topK, topP, 0, 1);
  }

  /** Whether it is known how far the policy is from who wrote the answers, if that is not it. */
  boolean behind() {
    return by.elsewhere() ? by.tells() && corrected().isEmpty() : ahead > 0;
  }

  /** Whether an older policy writes them, and the loss alone can correct for it. */
  boolean older() {
    return ahead > 0 || by.older() && corrected().isEmpty();
  }

  /** What writing answers takes here; nothing where another program writes them. */
  Optional<RolloutMemory> memory() {
    return by.elsewhere()
        ? Optional.empty()
        : Optional.of(new RolloutMemory(samples, maxNewTokens, ahead > 0));
  }

  /** What corrects for the sampler, where it has to be corrected for. */
  Optional<SamplingCorrection> corrected() {
    return correction.isEmpty() && !sampling().equals(Sampling.MODEL)
        ? Optional.of(SamplingCorrection.USUAL)
        : correction;
  }
}

package dev.luthier.recipe;

import dev.luthier.data.TooLong;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.loss.KlPenalty;
import dev.luthier.peft.Peft;
import dev.luthier.tensor.Compute;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What all methods have in common that learn from the model's own answers. */
@Doc("What all methods have in common that learn from the model's own answers")
public record AnswersSpec(
    @Doc("What answers are worth: rewards, each under a name of your own, added up by weight")
        Map<String, RewardPart> rewards,
    @Doc("How the model answers prompts to learn from its answers") @Default("{}")
        RolloutSpec rollout,
    @Doc("How many steps the answers of a rollout are good for") @Default("{}") Updates updates,
    @Doc("Where the distance from the reference is paid for") @Default("none") KlPenalty kl,
    @Doc("The policy that the distance is measured from, where it is paid for")
        @Default("adapters_off")
        ReferencePolicy reference,
    @Doc("What is measured beside the rewards and never learnt from, where they may be deceived")
        Optional<Scorer> gold,
    @Doc(
            "After how many evaluations running at which the reward had risen and gold had fallen the"
                + " run ends; unset: it says so and goes on")
        Optional<Integer> goldStop,
    @Doc(
            value = "What a nat of entropy of the next token is worth in the loss; 0: not computed",
            elsewhere = {"ent_coef", "entropy_coeff", "entropy_coefficient"})
        @Default("0")
        double entropyCoef,
    @Doc(
            value = "Texts that are learnt beside, so that the policy keeps what it was good at",
            elsewhere = {"ptx_coef"})
        Optional<PretrainingMix> pretrainingMix,
    @Doc(
            value =
                "Longest prompt with an answer in tokens; unset: the longest that the model takes,"
                    + " at most 1024",
            elsewhere = {"max_seq_length", "max_seq_len", "max_prompt_length"})
        Optional<Integer> maxLength,
    @Doc("What happens where a prompt is longer: the run does not start, or the row is left out")
        @Default("raise")
        TooLong tooLong) {
  public AnswersSpec {
    rewards = Collections.unmodifiableMap(new LinkedHashMap<>(rewards)); // in their order
    if (rewards.isEmpty()) {
      throw new UserError(
          "rewards must name what answers are worth, such as { right: exact_match }, was empty");
    }
    RewardPart.checkNames("rewards", rewards.keySet());
    rewards.forEach((name, part) -> refuseOfFile("rewards." + name, part.scorer()));
    gold.ifPresent(scorer -> refuseOfFile("gold", scorer));
    goldStop.ifPresent(n -> Check.atLeast("gold_stop", 1, n));
    if (goldStop.isPresent() && gold.isEmpty()) {
      throw new UserError("gold_stop needs something that is gold; name a scorer as gold");
    }
    Check.atLeast("entropy_coef", 0.0, entropyCoef);
    maxLength.ifPresent(n -> Check.atLeast("max_length", 2, n));
  }

  private static void refuseOfFile(String key, Scorer scorer) {
    if (!scorer.scoresWritten()) {
      throw new UserError(
          "%s is %s, which scores answers of the file, but these are the model's own"
              .formatted(key, Schema.name(scorer)));
    }
  }

  /** Bytes of a reference that is a model of its own. */
  long beside(ModelFolder folder, Compute compute) {
    return kl.reference() ? Referees.bytes(reference, folder, compute) : 0;
  }

  /** The same, with answers that are learnt from so often where nothing else is said. */
  AnswersSpec iterating(int usual) {
    return new AnswersSpec(
        rewards,
        rollout,
        updates.or(usual),
        kl,
        reference,
        gold,
        goldStop,
        entropyCoef,
        pretrainingMix,
        maxLength,
        tooLong);
  }

  /**
   * @param name of the method, as a recipe has it
   */
  void check(String name, OptimSpec optim, Peft peft) {
    if (peft.tasks() > 1) {
      throw new UserError(
          "method.%s answers prompts of all tasks together, but peft tells %d tasks apart; leave peft's tasks out"
              .formatted(name, peft.tasks()));
    }
    if (rollout.ahead() > 0 && !rollout.by().elsewhere() && peft.scout().isPresent()) {
      throw new UserError(
          "method.%s.rollout.ahead needs a second policy with the same weights that learn, which peft.%s looks for first; leave ahead out"
              .formatted(name, Schema.name(peft)));
    }
    rollout.by().check(name, rollout, peft);
    if (updates.minibatches() > optim.batch()) {
      throw new UserError(
          "method.%s.updates.minibatches must be at most optim.batch (%d prompts), was %d"
              .formatted(name, optim.batch(), updates.minibatches()));
    }
    if (kl.reference()) {
      reference.check(name, peft);
      if (reference instanceof ReferencePolicy.Cached) {
        throw new UserError(
            "method.%s.reference is cached, but answers are new in every rollout; take adapters_off or copy"
                .formatted(name));
      }
    }
  }
}

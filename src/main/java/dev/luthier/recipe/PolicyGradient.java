package dev.luthier.recipe;

import dev.luthier.data.Form;
import dev.luthier.data.PromptOf;
import dev.luthier.data.Samples;
import dev.luthier.data.TooLong;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Inline;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.loss.GroupAdvantage;
import dev.luthier.loss.GroupLoss;
import dev.luthier.loss.KlPenalty;
import dev.luthier.peft.Peft;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Learning from rewards for the model's own answers: GRPO and its kin, by the loss's name. */
@Doc("Learning from rewards for the model's own answers")
public record PolicyGradient(
    @Inline GroupLoss loss,
    @Doc("What answers are worth: rewards, each under a name of your own, added up by weight")
        Map<String, RewardPart> rewards,
    @Doc("How the model answers prompts to learn from its answers") @Default("{}")
        RolloutSpec rollout,
    @Doc("How many steps the answers of a rollout are good for") @Default("{}") Updates updates,
    @Doc("What an answer's reward is compared with and divided by; unset: as the method has it")
        Optional<GroupAdvantage> advantage,
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
            value =
                "Longest prompt with an answer in tokens; unset: the longest that the model takes,"
                    + " at most 1024",
            elsewhere = {"max_seq_length", "max_seq_len", "max_prompt_length"})
        Optional<Integer> maxLength,
    @Doc("What happens where a prompt is longer: the run does not start, or the row is left out")
        @Default("raise")
        TooLong tooLong)
    implements Method {
  public PolicyGradient {
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
    maxLength.ifPresent(n -> Check.atLeast("max_length", 2, n));
  }

  private static void refuseOfFile(String key, Scorer scorer) {
    if (!scorer.scoresWritten()) {
      throw new UserError(
          "%s is %s, which scores answers of the file, but these are the model's own"
              .formatted(key, Schema.name(scorer)));
    }
  }

  @Override
  public List<Form> forms() {
    return Form.TO_ANSWER;
  }

  @Override
  public Samples converted(Samples read) {
    return read.converted(new PromptOf());
  }

  @Override
  public boolean keepsColumns() {
    return true;
  }

  /** What rewards are compared with. */
  GroupAdvantage compared() {
    return advantage.orElseGet(loss::advantage);
  }

  @Override
  public void check(OptimSpec optim, Peft peft) {
    String name = "method." + Schema.name(this);
    if (compared().baseline().inGroups() && rollout.samples() < 2) {
      throw new UserError(
          "%s.rollout.samples must be at least 2, was 1: answers to a prompt are compared with each other"
              .formatted(name));
    }
    if (peft.tasks() > 1) {
      throw new UserError(
          "%s answers prompts of all tasks together, but peft tells %d tasks apart; leave peft's tasks out"
              .formatted(name, peft.tasks()));
    }
    if (updates.minibatches() > optim.batch()) {
      throw new UserError(
          "%s.updates.minibatches must be at most optim.batch (%d prompts), was %d"
              .formatted(name, optim.batch(), updates.minibatches()));
    }
    if (kl.reference()) {
      reference.check(Schema.name(this), peft);
      if (reference instanceof ReferencePolicy.Cached) {
        throw new UserError(
            "%s.reference is cached, but answers are new in every rollout; take adapters_off or copy"
                .formatted(name));
      }
    }
  }

  @Override
  public Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed) {
    if (kl.reference()) {
      reference.check(Schema.name(this), folder);
    }
    return new PolicyLesson(folder, this, seed);
  }
}

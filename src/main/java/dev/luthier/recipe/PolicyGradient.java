package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Inline;
import dev.luthier.error.UserError;
import dev.luthier.loss.Advantages;
import dev.luthier.loss.GroupAdvantage;
import dev.luthier.loss.GroupLoss;
import dev.luthier.loss.Segments;
import dev.luthier.peft.Peft;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** Answers that are compared with each other: GRPO and its kin, by the loss's name. */
@Doc("Learning from rewards for the model's own answers, compared with each other")
public record PolicyGradient(
    @Inline GroupLoss loss,
    @Inline AnswersSpec answers,
    @Doc("What an answer's reward is compared with and divided by; unset: as the method has it")
        Optional<GroupAdvantage> advantage)
    implements AnswersMethod {
  public PolicyGradient {
    answers = answers.iterating(1);
  }

  /** What rewards are compared with. */
  GroupAdvantage compared() {
    return advantage.orElseGet(loss::advantage);
  }

  @Override
  public void check(OptimSpec optim, Peft peft) {
    if (compared().baseline().inGroups() && answers.rollout().samples() < 2) {
      throw new UserError(
          "method.%s.rollout.samples must be at least 2, was 1: answers to a prompt are compared with each other"
              .formatted(Schema.name(this)));
    }
    AnswersMethod.super.check(optim, peft);
  }

  @Override
  public Taught taught(Rollout rollout, KlPrice price) {
    long[] lengths = new long[rollout.prompts().size()];
    Arrays.fill(lengths, rollout.samples());
    try (Scope scope = new Scope()) {
      Tensor rewards = Ops.floats(LearntRewards.of(answers.rewards(), rollout), Compute.CPU); // (N)
      Tensor paid = price.ofAnswers(rollout, rewards); // (N)
      Advantages found = compared().of(paid, Segments.ofLengths(Compute.CPU, lengths));
      double flat = found.flat().mean().item_double();
      boolean lost = flat == 1 && compared().baseline().inGroups() && !answers.kl().reference();
      return new Taught(
          Ops.toFloats(found.ofTokens(rollout.segments())), new float[0], flat, lost, Map.of());
    }
  }
}

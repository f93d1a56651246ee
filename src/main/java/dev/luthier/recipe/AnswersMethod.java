package dev.luthier.recipe;

import dev.luthier.data.Form;
import dev.luthier.data.PromptOf;
import dev.luthier.data.Samples;
import dev.luthier.data.TooLong;
import dev.luthier.error.UserError;
import dev.luthier.loss.PolicyLoss;
import dev.luthier.loss.ValueLoss;
import dev.luthier.peft.Peft;
import java.util.List;
import java.util.Optional;

/** A method that learns from rewards for the model's own answers. */
public sealed interface AnswersMethod extends Method
    permits PolicyGradient, Ppo, ReinforcePlusPlus {
  /** What it has in common with the others. */
  AnswersSpec answers();

  /** What answers teach the policy. */
  PolicyLoss loss();

  /** What the answers of a rollout turned out to be worth, token by token. */
  Taught taught(Rollout rollout, KlPrice price);

  /**
   * A value model, which says before each token what will come of it.
   *
   * @param spec the model
   * @param loss what it learns by
   */
  record Valued(ValueSpec spec, ValueLoss loss) {}

  default Optional<Valued> valued() {
    return Optional.empty();
  }

  /** Whether an answer without an advantage teaches nothing at all. */
  default boolean advantagesAlone() {
    return valued().isEmpty() && answers().entropyCoef() == 0 && !answers().kl().inLoss();
  }

  @Override
  default List<Form> forms() {
    return Form.TO_ANSWER;
  }

  @Override
  default Samples converted(Samples read) {
    return read.converted(new PromptOf());
  }

  @Override
  default boolean keepsColumns() {
    return true;
  }

  @Override
  default Optional<Integer> maxLength() {
    return answers().maxLength();
  }

  @Override
  default TooLong tooLong() {
    return answers().tooLong();
  }

  @Override
  default void check(OptimSpec optim, Peft peft) {
    answers().check(Schema.name(this), optim, peft);
    if (answers().rollout().older() && !loss().hasRatio()) {
      throw new UserError(
          "method.%s.rollout lets an older policy or another program write the answers (ahead, by), which %s has no ratio to correct for; take another method, such as grpo"
              .formatted(Schema.name(this), Schema.name(this)));
    }
  }

  @Override
  default Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed) {
    if (answers().kl().reference()) {
      answers().reference().check(Schema.name(this), folder);
    }
    valued().ifPresent(valued -> valued.spec().check(folder));
    return new PolicyLesson(folder, this, seed);
  }
}

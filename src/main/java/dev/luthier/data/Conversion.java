package dev.luthier.data;

import java.util.List;

/**
 * Makes of an example what a method can learn from, where its judgement is of another kind. What it
 * has no rule for stays as it is, so that {@link Takes} can name it.
 */
public sealed interface Conversion
    permits AllPairs, AspectPairs, AdjacentPairs, AnswerLabels, AnswerChoices, Compared, PromptOf {
  /** One or several examples in the place of one; refuses a row of which nothing can be made. */
  List<Example> of(Example example);
}

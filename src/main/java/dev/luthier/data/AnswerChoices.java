package dev.luthier.data;

import java.util.List;

/** Of a pair of answers a question with two choices, of which the better answer is right. */
public record AnswerChoices() implements Conversion {
  @Override
  public List<Example> of(Example example) {
    return List.of(
        example instanceof Example.Answers pair && pair.judgement() instanceof Judgement.Preferred
            ? Questions.preference(pair)
            : example);
  }
}

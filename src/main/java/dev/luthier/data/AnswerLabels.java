package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Of several answers each one alone with a label, as KTO learns from them (Ethayarajh et al. 2024,
 * https://arxiv.org/abs/2402.01306): of a pair the better answer is desirable and the other is not;
 * a graded answer is desirable from a threshold on. Ranked answers stay as they are, for a rank
 * does not say whether an answer is good.
 *
 * @param threshold the least grade of a desirable answer; graded answers stay as they are without
 *     it
 */
public record AnswerLabels(OptionalDouble threshold) implements Conversion {
  /** For pairs. */
  public AnswerLabels() {
    this(OptionalDouble.empty());
  }

  @Override
  public List<Example> of(Example example) {
    if (!(example instanceof Example.Answers all)) {
      return List.of(example);
    }
    if (all.judgement() instanceof Judgement.Preferred preferred) {
      if (preferred.probability() == 0.5) {
        throw new RefusedRow("none of the two answers is better; they get no labels");
      }
      boolean first = preferred.better(0, 1);
      return List.of(labelled(all, 0, first), labelled(all, 1, !first));
    }
    if (all.judgement() instanceof Judgement.Graded graded && threshold.isPresent()) {
      List<Example> out = new ArrayList<>();
      for (int i = 0; i < all.each().size(); i++) {
        out.add(labelled(all, i, graded.grade(i) >= threshold.getAsDouble()));
      }
      return out;
    }
    return List.of(example);
  }

  private static Example labelled(Example.Answers all, int answer, boolean desirable) {
    return new Example.Answers(List.of(all.each().get(answer)), new Judgement.Labelled(desirable));
  }
}

package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Of several answers all pairs in which one is better, the better one first: k answers without ties
 * make k (k - 1) / 2 pairs (Ouyang et al. 2022, https://arxiv.org/abs/2203.02155, section 3.5).
 * Tied answers make no pair. The margin of graded answers is the difference of their grades, as the
 * offset of ODPO has it (Amini et al. 2024, https://arxiv.org/abs/2402.10571); that of ranked ones
 * is 0. A pair stays as it is.
 *
 * @param aspect which grade counts; unset: the aspect {@code overall}, or the mean of all
 */
public record AllPairs(Optional<String> aspect) implements Conversion {
  /** By the overall grade. */
  public AllPairs() {
    this(Optional.empty());
  }

  @Override
  public List<Example> of(Example example) {
    if (!(example instanceof Example.Answers all) || all.each().size() < 2) {
      return List.of(example);
    }
    if (all.judgement() instanceof Judgement.Preferred) {
      return List.of(example);
    }
    Judgement judgement = by(all.judgement());
    List<Example> out = new ArrayList<>();
    for (int i = 0; i < all.each().size(); i++) {
      for (int j = 0; j < all.each().size(); j++) {
        if (judgement.better(i, j)) {
          out.add(pair(all, i, j, judgement));
        }
      }
    }
    if (out.isEmpty()) {
      throw new RefusedRow("all answers of the row are equally good; they make no pair");
    }
    return out;
  }

  private Judgement by(Judgement judgement) {
    return judgement instanceof Judgement.Graded graded && aspect.isPresent()
        ? graded.only(aspect.get())
        : judgement;
  }

  /** Answer i, which is better, and answer j. */
  static Example.Answers pair(Example.Answers all, int i, int j, Judgement judgement) {
    double margin =
        judgement instanceof Judgement.Graded graded ? graded.grade(i) - graded.grade(j) : 0;
    return new Example.Answers(
        List.of(all.each().get(i), all.each().get(j)), new Judgement.Preferred(1, margin));
  }
}

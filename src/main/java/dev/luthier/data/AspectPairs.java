package dev.luthier.data;

import java.util.ArrayList;
import java.util.List;

/**
 * Of graded answers all pairs of two that some aspect tells apart, each pair with the grades of
 * both in all aspects, so that every aspect can have an order of its own: where one answer is the
 * more helpful and the other the less harmful, both are said. A pair that is equal in all aspects
 * is not made. What is not graded stays as it is.
 *
 * @param aspects those that count; none are all
 */
public record AspectPairs(List<String> aspects) implements Conversion {
  public AspectPairs {
    aspects = List.copyOf(aspects);
  }

  @Override
  public List<Example> of(Example example) {
    if (!(example instanceof Example.Answers all)
        || !(all.judgement() instanceof Judgement.Graded said)) {
      return List.of(example);
    }
    Judgement.Graded graded = aspects.isEmpty() ? said : said.only(aspects);
    List<Example> out = new ArrayList<>();
    for (int i = 0; i < all.each().size(); i++) {
      for (int j = i + 1; j < all.each().size(); j++) {
        if (!graded.grades().get(i).equals(graded.grades().get(j))) {
          out.add(
              new Example.Answers(
                  List.of(all.each().get(i), all.each().get(j)),
                  new Judgement.Graded(
                      graded.aspects(), List.of(graded.grades().get(i), graded.grades().get(j)))));
        }
      }
    }
    if (out.isEmpty()) {
      throw new RefusedRow(
          all.each().size() < 2
              ? "there is one answer alone; two or more are needed to make a pair"
              : "all answers of the row are equally good in every aspect; they make no pair");
    }
    return out;
  }
}

package dev.luthier.data;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Judged answers as they are, for methods that learn from whole rankings and grades; a row in which
 * no answer is better than another is refused.
 */
public record Compared() implements Conversion {
  @Override
  public List<Example> of(Example example) {
    boolean whole =
        example instanceof Example.Answers all
            && all.each().size() > 1
            && !(all.judgement() instanceof Judgement.Preferred);
    if (whole && !orders(((Example.Answers) example).judgement())) {
      throw new RefusedRow("all answers of the row are equally good; they have no order");
    }
    return List.of(example);
  }

  private static boolean orders(Judgement judgement) {
    int n = judgement.answers();
    return IntStream.range(0, n * n).anyMatch(at -> judgement.better(at / n, at % n));
  }
}

package dev.luthier.recipe;

import dev.luthier.data.Example;
import dev.luthier.data.Judgement;
import dev.luthier.data.Sample;
import dev.luthier.data.Samples;
import dev.luthier.error.UserError;
import dev.luthier.model.Labels;
import dev.luthier.model.Problem;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What graded answers are graded in, each of which may have a score of its own. */
final class Aspects {
  private Aspects() {}

  /**
   * The aspects that all rows have; none where no row is graded.
   *
   * @throws UserError naming a row that is graded in others than the first one
   */
  static List<String> of(Samples.Split samples) {
    List<Sample> all =
        Stream.of(samples.train(), samples.eval()).flatMap(set -> set.list().stream()).toList();
    List<String> aspects =
        all.stream().flatMap(sample -> of(sample).stream()).findFirst().orElse(List.of());
    for (Sample sample : all) {
      if (!of(sample).orElse(aspects).equals(aspects)) {
        throw new UserError(
            "%s: the answers are graded in %s, those of the first row in %s; all rows need the same aspects"
                .formatted(sample.place(), of(sample).orElseThrow(), aspects));
      }
    }
    return aspects;
  }

  private static Optional<List<String>> of(Sample sample) {
    return sample.example() instanceof Example.Answers answers
            && answers.judgement() instanceof Judgement.Graded graded
        ? Optional.of(graded.aspects())
        : Optional.empty();
  }

  /** A score for each, named after it; one alone has no name. */
  static Labels labels(List<String> aspects) {
    return aspects.size() < 2
        ? Labels.numbered(1, Problem.REGRESSION)
        : new Labels(aspects, Problem.REGRESSION);
  }
}

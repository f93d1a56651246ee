package dev.luthier.data;

import dev.luthier.error.Check;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;

/** Looks at the numbers that a regression is to learn; those that are not finite were refused. */
final class ScoreCheck {
  private ScoreCheck() {}

  static Findings inspect(Samples train, Samples eval) {
    DoubleSummaryStatistics trained = scores(train);
    DoubleSummaryStatistics held = scores(eval);
    List<String> warnings = new ArrayList<>(TextRows.emptyTexts(train, eval));
    List<String> errors = new ArrayList<>();
    if (trained.getMin() == trained.getMax()) {
      errors.add(
          "all %d rows of training have the score %s: there is nothing to learn"
              .formatted(trained.getCount(), Check.text(trained.getMin())));
    }
    if (held.getCount() > 0
        && (held.getMin() < trained.getMin() || held.getMax() > trained.getMax())) {
      warnings.add(
          "scores of the evaluation go from %s to %s, those of training from %s to %s"
              .formatted(
                  Check.text(held.getMin()),
                  Check.text(held.getMax()),
                  Check.text(trained.getMin()),
                  Check.text(trained.getMax())));
    }
    return new Findings(lines(trained), lines(held), warnings, errors);
  }

  private static DoubleSummaryStatistics scores(Samples set) {
    return set.list().stream()
        .mapToDouble(sample -> ((Example.Rated) sample.example()).score())
        .summaryStatistics();
  }

  private static List<String> lines(DoubleSummaryStatistics scores) {
    return scores.getCount() == 0
        ? List.of()
        : List.of(
            "scores from %s to %s, mean %.4f"
                .formatted(
                    Check.text(scores.getMin()), Check.text(scores.getMax()), scores.getAverage()));
  }
}

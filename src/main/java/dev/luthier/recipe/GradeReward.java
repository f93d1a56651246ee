package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.data.Samples;
import dev.luthier.data.Takes;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.loss.AspectRegression;
import dev.luthier.loss.Loss;
import dev.luthier.model.Labels;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** The reward is the grade, one for each aspect: {@link AspectRegression}. */
@Name("regression")
@Doc(
    "Of graded answers, the reward is the grade: the mean squared error, with a score for each"
        + " aspect (HelpSteer, arXiv 2311.09528)")
public record GradeReward(
    @Doc("What each aspect counts, aspect -> weight; unset: 1 each") @Default("{}")
        Map<String, Double> weights)
    implements RewardLoss {
  public GradeReward {
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights)); // in their order
    weights.forEach((aspect, w) -> Check.atLeast("regression.weights." + aspect, 0.0, w));
  }

  @Override
  public Takes takes() {
    return Takes.GRADES;
  }

  /** The weights in the order of the aspects that all rows have. */
  @Override
  public RewardLoss resolved(Samples.Split samples) {
    List<String> aspects = Aspects.of(samples);
    if (!weights.isEmpty() && !weights.keySet().equals(new HashSet<>(aspects))) {
      throw new UserError(
          "regression.weights must name the aspects that the rows are graded in, %s, was %s"
              .formatted(aspects, weights.keySet()));
    }
    Map<String, Double> out = new LinkedHashMap<>();
    aspects.forEach(aspect -> out.put(aspect, weights.getOrDefault(aspect, 1.0)));
    return new GradeReward(out);
  }

  @Override
  public Labels labels() {
    return Aspects.labels(List.copyOf(weights.keySet()));
  }

  @Override
  public long weight(AnswersRow row) {
    return (long) row.each().size() * weights.size();
  }

  /** The grades, (K, A). */
  @Override
  public Tensor targets(AnswersBatch batch) {
    return batch.grades(batch.compute());
  }

  @Override
  public Loss of(Tensor scores, AnswersBatch batch, double denominator) {
    return new AspectRegression(List.copyOf(weights.values()))
        .of(scores, targets(batch), denominator);
  }

  @Override
  public Set<Measure> measures() {
    return GradeTally.MEASURES;
  }

  @Override
  public Tally<AnswersRow> tally(ByLength length) {
    return new GradeTally(weights.size());
  }
}

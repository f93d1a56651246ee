package dev.luthier.recipe;

import dev.luthier.data.AllPairs;
import dev.luthier.data.Form;
import dev.luthier.data.Samples;
import dev.luthier.data.Takes;
import dev.luthier.data.TooLong;
import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.loss.Gpo;
import dev.luthier.loss.MarginLoss;
import dev.luthier.loss.OutcomeOrpo;
import dev.luthier.loss.OutcomeWay;
import dev.luthier.peft.Peft;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Outcome-regularised ORPO: {@link OutcomeOrpo} by scorers of the recipe. */
@Name("outcome_orpo")
@Doc(
    "Learning from pairs of answers joined with what answers are worth by metrics such as truth or"
        + " toxicity: outcome-regularised ORPO (docs/preferences.md)")
public record OutcomePrefer(
    @Doc("The preference loss") @Default("dpo") MarginLoss loss,
    @Doc("How outcomes join it") @Default("margin") OutcomeWay way,
    @Doc("By how much of the shortfall a floor's multiplier grows at each step") @Default("0.1")
        double multiplierRate,
    @Doc("The metrics, each under a name of your own") Map<String, OutcomeMetric> outcomes,
    @Doc(
            "The policy that the trained one is compared with, by losses that have a reference"
                + " (docs/preferences.md)")
        @Default("cached")
        ReferencePolicy reference,
    @Doc(
            value =
                "Longest prompt with an answer in tokens; unset: the longest that the model takes,"
                    + " at most 1024",
            elsewhere = {"max_seq_length", "max_seq_len", "sequence_len", "cutoff_len"})
        Optional<Integer> maxLength,
    @Doc(
            "What happens where a prompt with an answer is longer: the run does not start, the row is"
                + " left out, or the ends of its answers are cut off")
        @Default("raise")
        TooLong tooLong)
    implements Method {
  private static final String GAP = "gap"; // outcome_gap is a measure of its own

  public OutcomePrefer {
    outcomes = Collections.unmodifiableMap(new LinkedHashMap<>(outcomes)); // in their order
    new OutcomeOrpo(loss, way, multiplierRate); // checks the rate
    maxLength.ifPresent(n -> Check.atLeast("outcome_orpo.max_length", 2, n));
    if (outcomes.isEmpty()) {
      throw new UserError(
          "outcome_orpo.outcomes must name a metric, was empty; without one it is method.%s"
              .formatted(Schema.name(loss)));
    }
    for (String name : outcomes.keySet()) {
      if (!name.matches("[A-Za-z0-9_-]+") || name.equals(GAP)) {
        throw new UserError(
            "outcome_orpo.outcomes: a metric's name is made of letters, digits, _ and -, and is not gap; was \"%s\""
                .formatted(name));
      }
    }
    if (loss instanceof Gpo gpo && !gpo.plain()) {
      throw new UserError(
          "outcome_orpo.loss.gpo.ranking and offset must be left at their defaults: it learns rankings and grades by their pairs");
    }
  }

  @Override
  public List<Form> forms() {
    return Form.TO_PREFER;
  }

  @Override
  public Samples converted(Samples read) {
    return read.converted(new AllPairs());
  }

  @Override
  public boolean keepsColumns() {
    return true;
  }

  @Override
  public void check(OptimSpec optim, Peft peft) {
    reference.check(Schema.name(this), peft);
  }

  @Override
  public Lesson<?, ?, ?> lesson(ModelFolder folder, Samples.Split samples, long seed) {
    reference.check(Schema.name(this), folder);
    return new PreferenceLesson(
        folder,
        reference,
        new OutcomeObjective(
            new OutcomeOrpo(loss, way, multiplierRate), OutcomeScores.of(outcomes, samples)),
        Takes.PAIRS);
  }
}

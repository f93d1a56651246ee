package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.loss.Logps;
import dev.luthier.loss.Loss;
import dev.luthier.loss.Outcome;
import dev.luthier.loss.OutcomeOrpo;
import dev.luthier.loss.PairLogps;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Of two answers one is better, and both are worth something. Floors are kept by multipliers:
 * {@link OutcomeFloors}; evaluations measure the loss without them, so that it stays the same loss.
 * Letters: P pairs, M metrics.
 */
final class OutcomeObjective implements PreferenceObjective {
  private static final String OUTCOME = "outcome_";

  private final OutcomeOrpo method;
  private final PairObjective pairs;
  private final OutcomeScores scores;
  private final List<String> names;
  private final List<Outcome> outcomes;
  private final OutcomeFloors floors;

  OutcomeObjective(OutcomeOrpo method, OutcomeScores scores) {
    this.method = method;
    this.pairs = new PairObjective(method.loss());
    this.scores = scores;
    this.names = List.copyOf(scores.metrics().keySet());
    this.outcomes = scores.metrics().values().stream().map(OutcomeMetric::outcome).toList();
    this.floors = new OutcomeFloors(outcomes, method.multiplierRate());
  }

  @Override
  public boolean reference() {
    return pairs.reference();
  }

  @Override
  public void prepare(Recipe recipe, Corpus<AnswersRow> corpus, Consumer<String> note) {
    scores.prepare(recipe, corpus, note);
  }

  @Override
  public Exam marked(Exam written) {
    return scores.marked(written);
  }

  @Override
  public void begin(Path output) {
    floors.forget();
    scores.write();
  }

  @Override
  public Loss of(PreferenceBatch.Read read, Logps answers, Logps others, double denominator) {
    Compute compute = read.batch().compute();
    boolean training = answers.policy().requires_grad();
    float[] lambda = training ? floors.values() : new float[names.size()];
    float[] weights = new float[lambda.length];
    for (int m = 0; m < weights.length; m++) {
      weights[m] = (float) outcomes.get(m).weight() + lambda[m];
    }
    PairLogps both = PairObjective.pairs(read.batch(), answers);
    Loss loss =
        method.of(
            both,
            PairObjective.labels(read.batch(), compute),
            scores.of(read.rows(), Ops.floats(weights, compute), compute),
            denominator);
    Map<String, Tensor> terms = new LinkedHashMap<>();
    loss.terms().forEach(term -> terms.put(term.name(), term.value()));
    if (training && floors.any()) {
      floors.saw(
          names.stream()
              .mapToDouble(name -> term(terms, name).item_double() * denominator)
              .toArray(),
          read.rows().size());
      multipliers(lambda, read.rows().size() / denominator, terms);
    }
    logged(terms, read.rows().size() / denominator);
    return new Loss(
        loss.total(),
        terms.entrySet().stream().map(t -> new Loss.Term(t.getKey(), t.getValue())).toList());
  }

  private static Tensor term(Map<String, Tensor> terms, String metric) {
    return Objects.requireNonNull(terms.get(OUTCOME + metric));
  }

  /** The multipliers as terms, of which this part of the step has a share. */
  private void multipliers(float[] lambda, double share, Map<String, Tensor> terms) {
    for (int m = 0; m < lambda.length; m++) {
      if (outcomes.get(m).floor().isPresent()) {
        terms.put(
            "multiplier_" + names.get(m),
            Ops.floats(new float[] {(float) (lambda[m] * share)}, Compute.CPU).squeeze());
      }
    }
  }

  /**
   * Each metric as its scorer has it, and the mean of all by their weights with 1 for good.
   *
   * @param share the step's pairs that are in this part
   */
  private void logged(Map<String, Tensor> terms, double share) {
    double all = outcomes.stream().mapToDouble(Outcome::weight).sum();
    Tensor mean = torch.zeros_like(term(terms, names.get(0)));
    for (int m = 0; m < names.size(); m++) {
      double part = all > 0 ? outcomes.get(m).weight() / all : 1.0 / names.size();
      Tensor directed = term(terms, names.get(m));
      mean = mean.add(directed.mul(Ops.scalar(part)));
      if (!up(m)) {
        terms.put(OUTCOME + names.get(m), directed.neg().add(Ops.scalar(share))); // 1 - o
      }
    }
    terms.put("outcome", mean);
  }

  private boolean up(int metric) {
    return outcomes.get(metric).direction() == Outcome.Direction.UP;
  }

  @Override
  public Map<String, Measure> measures() {
    Map<String, Measure> out = new HashMap<>(pairs.measures());
    out.put("outcome_gap", Measure.OUTCOME_GAP);
    out.put("outcome", Measure.OUTCOME);
    return out;
  }

  @Override
  public List<String> named() {
    return names.stream().map(name -> OUTCOME + name).toList();
  }

  /** Also where a floor is missed in the end. */
  @Override
  public Optional<String> remark(Map<String, Double> before, Map<String, Double> after) {
    List<String> said = new ArrayList<>();
    pairs.remark(before, after).ifPresent(said::add);
    for (int m = 0; m < names.size(); m++) {
      boolean up = up(m);
      String name = names.get(m);
      double reached = after.getOrDefault(OUTCOME + name, Double.NaN);
      outcomes
          .get(m)
          .floor()
          .filter(floor -> up ? reached < floor : reached > floor)
          .ifPresent(
              floor ->
                  said.add(
                      "%s ends at %.3f, %s its floor of %s"
                          .formatted(name, reached, up ? "below" : "above", floor)));
    }
    return said.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", said));
  }

  @Override
  public Course course() {
    return floors;
  }
}

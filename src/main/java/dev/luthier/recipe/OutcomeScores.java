package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.data.Sample;
import dev.luthier.data.Samples;
import dev.luthier.error.UserError;
import dev.luthier.loss.Outcome;
import dev.luthier.loss.Outcomes;
import dev.luthier.reward.Reward;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What the two answers of every pair are worth by each metric, from 0 to 1. Rules score them when
 * the rows are read, models once before the first step; a run that goes on takes what it kept.
 * Letters: P pairs, M metrics.
 */
final class OutcomeScores {
  private static final String FILE = "outcomes.safetensors";

  private final Map<String, OutcomeMetric> metrics;
  private final Map<String, Map<Sample, float[]>> ruled = new HashMap<>();
  private final Map<String, float[]> all = new LinkedHashMap<>();
  private final Map<String, Map<AnswersRow, float[]>> known = new HashMap<>();
  private @Nullable KeptScores kept; // null before the rows are known
  private String device = "auto"; // where models that score compute

  private OutcomeScores(Map<String, OutcomeMetric> metrics) {
    this.metrics = metrics;
  }

  /**
   * Asks the rules.
   *
   * @throws UserError naming a row for which one has no score
   */
  static OutcomeScores of(Map<String, OutcomeMetric> metrics, Samples.Split samples) {
    OutcomeScores out = new OutcomeScores(metrics);
    List<Sample> list =
        Stream.of(samples.train(), samples.eval()).flatMap(set -> set.list().stream()).toList();
    metrics.forEach(
        (name, metric) -> {
          if (metric.scorer() instanceof Scorer.Ruled rule) {
            out.ruled.put(name, new Scoring(name, metric).pairs(rule.rule(), list));
          }
        });
    return out;
  }

  /** Asks what is no rule, unless an earlier start of the run did. */
  void prepare(Recipe recipe, Corpus<AnswersRow> corpus, Consumer<String> note) {
    List<AnswersRow> rows = new ArrayList<>(corpus.report().trainRows());
    rows.addAll(corpus.report().evalRows());
    List<Sample> sources = new ArrayList<>(corpus.report().train().sources());
    sources.addAll(corpus.report().eval().sources());
    KeptScores file = new KeptScores(Path.of(recipe.output()).resolve(FILE), rows);
    kept = file;
    device = recipe.model().device();
    metrics.forEach(
        (name, metric) -> {
          float[] scores =
              file.read(name).orElseGet(() -> inOrder(sources, asked(name, metric, sources, note)));
          all.put(name, scores);
          known.put(name, file.byRow(scores));
          note.accept(told(name, metric.direction(), corpus.report().trainRows()));
        });
  }

  private Map<Sample, float[]> asked(
      String name, OutcomeMetric metric, List<Sample> sources, Consumer<String> note) {
    Map<Sample, float[]> said = ruled.get(name);
    if (said != null) {
      return said;
    }
    try (Reward reward = metric.scorer().open(device)) {
      note.accept(
          "%-11s%s scores the answers of %,d pairs once"
              .formatted("outcome", name, sources.size()));
      return new Scoring(name, metric).pairs(reward, sources);
    }
  }

  private static float[] inOrder(List<Sample> sources, Map<Sample, float[]> scores) {
    float[] out = new float[2 * sources.size()];
    for (int i = 0; i < sources.size(); i++) {
      System.arraycopy(scores.get(sources.get(i)), 0, out, 2 * i, 2);
    }
    return out;
  }

  /** What a metric says of the pairs that are learnt from. */
  private String told(String name, Outcome.Direction direction, List<AnswersRow> rows) {
    double sign = direction == Outcome.Direction.UP ? 1 : -1;
    double[] sums = new double[2];
    int against = 0;
    int equal = 0;
    for (AnswersRow row : rows) {
      float[] own = score(name, row);
      sums[0] += own[0];
      sums[1] += own[1];
      double lead = sign * (own[0] - own[1]);
      against += lead < 0 ? 1 : 0;
      equal += lead == 0 ? 1 : 0;
    }
    String line =
        "%-11s%s: chosen answers score %.3f, rejected ones %.3f; it disagrees with the raters on %,d of %,d pairs"
            .formatted(
                "outcome",
                name,
                sums[0] / rows.size(),
                sums[1] / rows.size(),
                against,
                rows.size());
    return equal == rows.size() ? line + "; it tells no pair apart, so it teaches nothing" : line;
  }

  /** Keeps what was computed in the run's directory. */
  void write() {
    if (kept != null) {
      kept.write(all);
    }
  }

  private float[] score(String name, AnswersRow row) {
    return known.getOrDefault(name, Map.of()).getOrDefault(row, new float[2]); // of a plan: nothing
  }

  /**
   * Of some rows, directed.
   *
   * @param weights (M)
   */
  Outcomes of(List<AnswersRow> rows, Tensor weights, Compute compute) {
    return new Outcomes(
        table(rows, 0, compute), table(rows, 1, compute), weights, List.copyOf(metrics.keySet()));
  }

  /** (P, M) */
  private Tensor table(List<AnswersRow> rows, int answer, Compute compute) {
    return Ops.cat(
        1,
        metrics.entrySet().stream()
            .map(e -> e.getValue().outcome().directed(column(e.getKey(), rows, answer, compute)))
            .toArray(Tensor[]::new));
  }

  /** (P, 1) */
  private Tensor column(String name, List<AnswersRow> rows, int answer, Compute compute) {
    float[] out = new float[rows.size()];
    for (int p = 0; p < out.length; p++) {
      out[p] = score(name, rows.get(p))[answer];
    }
    return Ops.floats(out, compute).unsqueeze(1);
  }

  /** The exam, of which the written answers are scored too. */
  Exam marked(Exam written) {
    return new OutcomeExam(written, metrics, device);
  }

  Map<String, OutcomeMetric> metrics() {
    return metrics;
  }
}

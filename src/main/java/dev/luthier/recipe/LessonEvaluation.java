package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.error.UserError;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.train.Evaluation;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Measures a model on the evaluation rows: the loss for each target, what the lesson counts of the
 * verdicts, and what the answers to its exam are worth.
 *
 * @param parts the rows, cut as they go through the model
 */
record LessonEvaluation<R extends TrainingRow, B, M extends Model>(
    Lesson<R, B, M> lesson, Adapted<M> adapted, List<List<R>> parts, Exam exam, Measure metric)
    implements Evaluation.Of {

  static <R extends TrainingRow, B, M extends Model> LessonEvaluation<R, B, M> of(
      Lesson<R, B, M> lesson, Adapted<M> adapted, Corpus<R> corpus, Recipe recipe) {
    return new LessonEvaluation<>(
        lesson,
        adapted,
        RowSteps.parts(corpus.report().evalRows(), recipe.optim()),
        lesson.exam(adapted.model(), corpus, recipe.eval()),
        recipe.eval().metric());
  }

  /**
   * @throws UserError if eval.metric is none that the lesson measures
   */
  static void check(Lesson<?, ?, ?> lesson, EvalSpec spec) {
    if (spec.metric() != Measure.LOSS && !lesson.measures().contains(spec.metric())) {
      throw new UserError(
          "eval.metric is %s, but this method measures %s"
              .formatted(
                  spec.metric().label(),
                  Stream.concat(Stream.of(Measure.LOSS), lesson.measures().stream().sorted())
                      .map(Measure::label)
                      .collect(Collectors.joining(", "))));
    }
  }

  @Override
  public Evaluation apply(long step) {
    adapted.training(false);
    Map<Measure, Double> read = new EnumMap<>(Measure.class);
    Map<Measure, Double> written;
    try (AutoGradMode off = Ops.noGrad()) {
      read.putAll(likelihood());
      written = exam.marks();
    } finally {
      adapted.training(true);
    }
    String line =
        Stream.concat(
                read.entrySet().stream().map(e -> e.getKey().text(e.getValue())),
                written.entrySet().stream()
                    .map(e -> e.getKey().text(e.getValue()) + " on " + exam.questions().size()))
            .collect(Collectors.joining(", ", "evaluation ", ""));
    read.putAll(written);
    Map<String, Double> values = new LinkedHashMap<>();
    read.forEach((measure, value) -> values.put("eval/" + measure.key(), value));
    double score = metric.score(read.getOrDefault(metric, Double.NaN));
    return new Evaluation(values, score, line);
  }

  private Map<Measure, Double> likelihood() {
    Tally<R> tally = lesson.tally();
    double loss = 0;
    long targets = 0;
    long first = 1;
    for (List<R> rows : parts) {
      try (Scope scope = new Scope()) {
        M model = adapted.model();
        B batch = lesson.batch(rows, Draw.evaluation(first, rows.size()), model.compute());
        Tensor logits = lesson.logits(model, batch); // (M, C)
        Tensor right = lesson.targets(batch); // (M)
        loss += lesson.loss(logits, right, 1).total().item_double();
        targets += right.numel();
        tally.add(rows, right, lesson.verdict(logits));
        first += rows.size();
      }
    }
    Map<Measure, Double> values = new EnumMap<>(tally.values());
    values.put(Measure.LOSS, loss / targets);
    return values;
  }
}

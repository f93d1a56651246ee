package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.error.UserError;
import dev.luthier.loss.Chunk;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.train.Evaluation;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Measures a model on the evaluation rows: the loss for each target, what the lesson counts of the
 * verdicts, and what the answers to its exam are worth; of several tasks also of each alone.
 *
 * @param parts the rows, cut as they go through the model
 * @param chunk how much a head scores at once
 */
record LessonEvaluation<R extends TrainingRow, B, M extends Model>(
    Lesson<R, B, M> lesson,
    Adapted<M> adapted,
    List<EvaluationPart<R>> parts,
    RowTasks<R> tasks,
    Exam exam,
    Measure metric,
    Chunk chunk)
    implements Evaluation.Of {
  private static final int SHOWN = 8; // tasks of which a line tells

  static <R extends TrainingRow, B, M extends Model> LessonEvaluation<R, B, M> of(
      Lesson<R, B, M> lesson, Adapted<M> adapted, Corpus<R> corpus, Recipe recipe) {
    return new LessonEvaluation<>(
        lesson,
        adapted,
        EvaluationPart.of(corpus, recipe.optim()),
        corpus.tasks(),
        lesson.exam(adapted.model(), corpus, recipe.eval().asking(recipe.seed())),
        recipe.eval().metric(),
        recipe.memory().chunk());
  }

  /**
   * @throws UserError if eval.metric is none that the lesson measures, or there are no answers to
   *     compare
   */
  static void check(Lesson<?, ?, ?> lesson, Recipe recipe) {
    EvalSpec spec = recipe.eval();
    if (spec.metric() != Measure.LOSS && !lesson.measures().contains(spec.metric())) {
      throw new UserError(
          "eval.metric is %s, but this method measures %s"
              .formatted(
                  spec.metric().label(),
                  Stream.concat(Stream.of(Measure.LOSS), lesson.measures().stream().sorted())
                      .map(Measure::label)
                      .collect(Collectors.joining(", "))));
    }
    if (spec.compare().judge().isPresent()) {
      if (!lesson.writes()) {
        throw new UserError(
            "eval.compare.judge judges written answers, but method.%s writes none; leave it out"
                .formatted(Schema.name(recipe.method())));
      }
      if (recipe.data().eval().isEmpty() && recipe.data().holdout() == 0) {
        throw new UserError(
            "eval.compare.judge judges answers to rows to measure on, but there are none; give data.eval or data.holdout");
      }
    }
  }

  @Override
  public Evaluation apply(long step) {
    adapted.training(false);
    Map<Integer, Count> each = new TreeMap<>();
    Count all = new Count();
    Exam.Marks written;
    try (AutoGradMode off = Ops.noGrad()) {
      for (EvaluationPart<R> part : parts) {
        measure(part, all, each.computeIfAbsent(part.task(), t -> new Count()));
      }
      written = exam.marks();
    } finally {
      adapted.training(true);
    }
    Map<Measure, Double> read = all.values();
    String line =
        Stream.of(
                read.entrySet().stream().map(e -> e.getKey().text(e.getValue())),
                all.tally.named().entrySet().stream().map(LessonEvaluation::text),
                written.all().isEmpty()
                    ? Stream.<String>of()
                    : Stream.of(text(written.all()) + " on " + exam.questions().size()),
                written.named().entrySet().stream()
                    .map(e -> text(e) + " on " + exam.questions().size()))
            .flatMap(texts -> texts)
            .collect(Collectors.joining(", ", "evaluation ", ""));
    read.putAll(written.all());
    Map<String, Double> values = new LinkedHashMap<>();
    read.forEach((measure, value) -> values.put("eval/" + measure.key(), value));
    all.tally.named().forEach((name, value) -> values.put("eval/" + name, value));
    written.named().forEach((name, value) -> values.put("eval/" + name, value));
    if (tasks.several()) {
      StringBuilder more = new StringBuilder(line);
      each.forEach(
          (task, count) -> {
            Map<Measure, Double> own = count.values();
            own.putAll(written.tasks().getOrDefault(task, Map.of()));
            String name = tasks.names().names().get(task);
            own.forEach((m, value) -> values.put("eval/%s/%s".formatted(name, m.key()), value));
            count.tally.named().forEach((m, v) -> values.put("eval/%s/%s".formatted(name, m), v));
            more.append(task < SHOWN ? "; %s %s".formatted(name, text(own)) : "");
          });
      line = more.toString();
    }
    double score = metric.score(read.getOrDefault(metric, Double.NaN));
    Optional<Evaluation.Alarm> alarm = lesson.alarm(step, values);
    alarm.ifPresent(a -> values.put(GoldAlarm.RAISED, 1.0));
    return new Evaluation(values, score, line, alarm);
  }

  private static String text(Map.Entry<String, Double> named) {
    return "%s %.3f".formatted(named.getKey().replace('_', ' '), named.getValue());
  }

  private static String text(Map<Measure, Double> values) {
    return values.entrySet().stream()
        .map(e -> e.getKey().text(e.getValue()))
        .collect(Collectors.joining(", "));
  }

  /** What was read of some rows. */
  private final class Count {
    private final Tally<R> tally = lesson.tally();
    private double loss;
    private long targets;

    void add(List<R> rows, Tensor right, Tensor verdict, double lossOfRows) {
      loss += lossOfRows;
      targets += right.numel();
      tally.add(rows, right, verdict);
    }

    Map<Measure, Double> values() {
      Map<Measure, Double> values = new EnumMap<>(Measure.class);
      values.putAll(tally.values());
      values.put(Measure.LOSS, loss / targets);
      return values;
    }
  }

  private void measure(EvaluationPart<R> part, Count all, Count own) {
    try (Scope scope = new Scope()) {
      M model = adapted.model();
      tasks.tell(model, part.rows());
      B batch = lesson.batch(part.rows(), part.draw(), model.compute());
      Tensor right = lesson.targets(batch); // (M)
      Lesson.Judged judged = lesson.judged(model, batch, chunk);
      all.add(part.rows(), right, judged.verdict(), judged.loss());
      own.add(part.rows(), right, judged.verdict(), judged.loss());
    }
  }
}

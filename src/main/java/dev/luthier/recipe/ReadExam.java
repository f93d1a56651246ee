package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.model.Model;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * An exam whose answers are read off the model's scores: a few rows for people to look at.
 *
 * @param rows those of the evaluation
 * @param wording says them in words
 */
record ReadExam<R extends TrainingRow, B, M extends Model>(
    Lesson<R, B, M> lesson, M model, List<R> rows, RowTasks<R> tasks, Wording<R> wording)
    implements Exam {
  private static final int MOST = 16;

  /** A row, and what is right or said of it, in words. */
  interface Wording<R> {
    String text(R row, Draw draw);

    /**
     * @param marks (M) the row's targets, or the model's verdict on them
     */
    String words(R row, Tensor marks);
  }

  static <R extends TrainingRow, B, M extends Model> ReadExam<R, B, M> of(
      Lesson<R, B, M> lesson, M model, Corpus<R> corpus, Wording<R> wording) {
    List<R> rows = corpus.report().evalRows();
    List<R> first = rows.subList(0, Math.min(MOST, rows.size()));
    return new ReadExam<>(lesson, model, first, corpus.tasks(), wording);
  }

  @Override
  public List<Question> questions() {
    return each(
        rows.size(),
        (row, draw, batch) ->
            new Question(wording.text(row, draw), wording.words(row, lesson.targets(batch))));
  }

  @Override
  public List<Answer> answers(int most) {
    return each(
        Math.min(most, rows.size()),
        (row, draw, batch) ->
            Answer.read(wording.words(row, lesson.verdict(lesson.logits(model, batch)))));
  }

  private interface Reading<R, B, T> {
    T of(R row, Draw draw, B batch);
  }

  private <T> List<T> each(int count, Reading<R, B, T> reading) {
    List<T> out = new ArrayList<>();
    for (int i : IntStream.range(0, count).toArray()) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        R row = rows.get(i);
        Draw draw = Draw.evaluation(i + 1L, 1);
        tasks.tell(model, List.of(row));
        out.add(reading.of(row, draw, lesson.batch(List.of(row), draw, model.compute())));
      }
    }
    return out;
  }
}

package dev.luthier.recipe;

import dev.luthier.data.RowMaker;
import dev.luthier.data.TrainingRow;
import dev.luthier.loss.Chunk;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.loss.Loss;
import dev.luthier.model.Model;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.train.Evaluation;
import dev.luthier.train.Objective;
import dev.luthier.train.Steps;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * All that {@link SftFlow} needs to know of a supervised method: what it learns from, the model
 * with its head, what the model says of a batch, and what that is worth. Letters: M targets, C
 * choices.
 *
 * @param <R> a row
 * @param <B> a batch of rows as tensors
 * @param <M> the model with the head that the method trains
 */
interface Lesson<R extends TrainingRow, B, M extends Model> extends Batching<R, B>, AutoCloseable {
  /** Makes rows of examples. */
  RowMaker<R> rows();

  /**
   * Reads the model, with a new head where its folder has none that fits.
   *
   * @throws dev.luthier.error.UserError if the folder holds another kind of model
   */
  M load(Compute compute);

  /**
   * Called when the rows are found fit, before anything is written.
   *
   * @param note hears what is worth a line
   * @throws dev.luthier.error.UserError if what the method asks of the rows is not there
   */
  default void prepare(Recipe recipe, Corpus<R> corpus, Consumer<String> note) {}

  /** Called once the method is on the model, before the first step or evaluation. */
  default void begin(Beginner<R, M> run) {}

  /**
   * The steps of the run.
   *
   * @param rows those of the data, a batch of rows each
   */
  default Steps<B> steps(RowSteps<R, B> rows) {
    return rows;
  }

  /** The scores, (M, C) float32. */
  Tensor logits(M model, B batch);

  /** What is right, (M). */
  Tensor targets(B batch);

  /** What the model says, (M), to be compared with the targets: the likeliest choice. */
  default Tensor verdict(Tensor logits) {
    return logits.argmax(new LongOptional(1), false);
  }

  /** {@link CrossEntropy} unless the lesson has another. */
  default Loss loss(Tensor logits, Tensor targets, double denominator) {
    return new CrossEntropy().of(logits, targets, denominator);
  }

  /**
   * @param chunk how much a head scores at once, where it has much to score
   */
  default Objective<B> objective(M model, Chunk chunk) {
    return (batch, denominator) -> loss(logits(model, batch), targets(batch), denominator);
  }

  /**
   * What the model makes of a batch, without a gradient.
   *
   * @param loss summed over targets
   * @param verdict (M)
   */
  record Judged(double loss, Tensor verdict) {}

  /** Loss and verdict of a batch; the chunk as in {@link #objective}. */
  default Judged judged(M model, B batch, Chunk chunk) {
    Tensor logits = logits(model, batch); // (M, C)
    return new Judged(loss(logits, targets(batch), 1).total().item_double(), verdict(logits));
  }

  /** Rows that go through the model as one: each alone, unless the lesson packs them. */
  default List<List<R>> bins(List<R> rows, int maxLength) {
    return rows.stream().map(List::of).toList();
  }

  /** What it can measure beside the loss. */
  Set<Measure> measures();

  /** Measures the verdicts of one evaluation. */
  Tally<R> tally();

  /** Whether answers are written token by token where it is asked in words. */
  default boolean writes() {
    return false;
  }

  /** Rows to be asked for in words. */
  Exam exam(M model, Corpus<R> corpus, Asking asking);

  /**
   * What to type next.
   *
   * @param voice the result as commands take it: a model, or a model and {@code --adapter}
   */
  List<String> next(String voice);

  /** What is worth a sentence about what a run measured before and after, by measure. */
  default Optional<String> remark(Map<String, Double> before, Map<String, Double> after) {
    return Optional.empty();
  }

  /**
   * What should not go on in silence.
   *
   * @param measured what is logged of an evaluation
   */
  default Optional<Evaluation.Alarm> alarm(long step, Map<String, Double> measured) {
    return Optional.empty();
  }

  /** What it does in a run beside its loss. */
  default Course course() {
    return Course.NONE;
  }

  /** What writing answers takes that are learnt from, where any are. */
  default Optional<RolloutMemory> rollouts() {
    return Optional.empty();
  }

  /** Bytes of weights that a run keeps beside the model, such as those of a second one. */
  default long beside(Compute compute) {
    return 0;
  }

  /**
   * Weights of its own that train beside those of a model that it loaded; asked for again they are
   * the same.
   */
  default OwnWeights own(M model) {
    return OwnWeights.NONE;
  }

  /** Writes into the result's folder what commands need to know of the method. */
  default void save(Path dir) {}

  /** Frees what the lesson opened itself. */
  @Override
  default void close() {}
}

package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.loss.Logps;
import dev.luthier.loss.Loss;
import dev.luthier.tensor.Course;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/** What the log-probabilities of judged answers are worth. Letters: K answers. */
sealed interface PreferenceObjective
    permits PairObjective, ComparisonObjective, LabelObjective, OutcomeObjective {
  /** Whether it compares with a reference. */
  boolean reference();

  /** Whether it also asks how likely answers are under the prompts of other rows. */
  default boolean mismatched() {
    return false;
  }

  /**
   * The loss of a part of a step.
   *
   * @param read the rows, and their K answers
   * @param answers (K)
   * @param others (R) answers under the prompts of other rows, where {@link #mismatched}
   * @param denominator the rows of the step
   */
  Loss of(PreferenceBatch.Read read, Logps answers, Logps others, double denominator);

  /** What it logs, as evaluations measure it. */
  Map<String, Measure> measures();

  /** Terms that evaluations measure under their own names, in this order. */
  default List<String> named() {
    return List.of();
  }

  /** Asks what it needs to know of the rows beside what models find likely; writes nothing. */
  default void prepare(Recipe recipe, Corpus<AnswersRow> corpus, Consumer<String> note) {}

  /** The exam with more marks. */
  default Exam marked(Exam written) {
    return written;
  }

  /**
   * Forgets what it saw, which was a plan, before the first step.
   *
   * @param output the run's directory
   */
  default void begin(Path output) {}

  /** What is worth a sentence about what a run measured before and after, by measure. */
  default Optional<String> remark(Map<String, Double> before, Map<String, Double> after) {
    return Optional.empty();
  }

  /** What it keeps from step to step. */
  default Course course() {
    return Course.NONE;
  }

  /** Some answers, (K) int64, of more. */
  static Logps some(Logps all, Tensor which) {
    Tensor reference = all.reference();
    return new Logps(
        all.policy().index_select(0, which),
        all.tokens().index_select(0, which),
        reference == null ? null : reference.index_select(0, which));
  }
}

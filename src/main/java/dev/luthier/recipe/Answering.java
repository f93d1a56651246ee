package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.loss.Chunk;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Course;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run has open to let the policy answer prompts and to say what the answers are worth.
 *
 * @see PolicyLesson
 */
final class Answering implements AutoCloseable {
  private final ModelFolder folder;
  private final AnswersSpec spec;
  private final Likelihood likelihood;
  private final long seed;
  private @Nullable AnswerRewards rewards; // null before the rows are known
  private @Nullable PromptMemory memory; // null before the rows are known
  private @Nullable FrozenPolicy reference; // null before the run begins, and without one
  private @Nullable Rollouts rollouts; // null before the run begins
  private @Nullable PolicyWatch watch; // null before the run begins

  Answering(ModelFolder folder, AnswersSpec spec, Likelihood likelihood, long seed) {
    this.folder = folder;
    this.spec = spec;
    this.likelihood = likelihood;
    this.seed = seed;
  }

  /** Called when the rows are known. */
  void open(Recipe recipe, Corpus<PromptRow> corpus) {
    rewards = AnswerRewards.open(spec, recipe.model().device(), corpus);
    memory = new PromptMemory(corpus.report().train().kept());
  }

  /** Called before the first step. */
  void begin(Beginner<PromptRow, CausalLm> run, Optional<ValueModel> value) {
    Chunk chunk = run.recipe().memory().chunk();
    watch = PolicyWatch.of(run.output(), spec, folder);
    if (spec.kl().reference()) {
      reference = FrozenPolicy.of(spec.reference(), folder, run.adapted(), likelihood, chunk);
    }
    rollouts =
        new Rollouts(
            folder,
            run.adapted(),
            spec.rollout(),
            Objects.requireNonNull(rewards)::of,
            likelihood,
            Optional.ofNullable(reference),
            value,
            Objects.requireNonNull(memory),
            chunk,
            run.recipe().optim().rowsAtOnce(),
            Optional.of(RolloutFile.in(run.output())).filter(f -> spec.updates().steps() > 1),
            seed);
  }

  PolicyWatch watch() {
    return Objects.requireNonNull(watch);
  }

  /** The policy. */
  CausalLm model() {
    return Objects.requireNonNull(rollouts).adapted().model();
  }

  /**
   * Has prompts answered.
   *
   * @param kept whether they were answered before, by a run that goes on now
   */
  Rollout rollout(long index, List<PromptRow> prompts, boolean kept) {
    Rollouts answering = Objects.requireNonNull(rollouts);
    return kept ? answering.again(index) : answering.of(index, prompts);
  }

  /** What a run that goes on has to know of the answers before. */
  Course course() {
    return memory == null ? Course.NONE : memory;
  }

  /** Each prompt is answered once, by the likeliest tokens; the loss is what rewards fall short. */
  Lesson.Judged judged(List<PromptRow> prompts) {
    return AnswerTally.judged(
        Objects.requireNonNull(rollouts), Objects.requireNonNull(rewards), prompts);
  }

  @Override
  public void close() {
    if (rewards != null) {
      rewards.close();
    }
    if (reference != null) {
      reference.close();
    }
  }
}

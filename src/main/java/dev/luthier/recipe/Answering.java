package dev.luthier.recipe;

import dev.luthier.data.PromptRow;
import dev.luthier.loss.Chunk;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.tensor.Course;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
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
  private @Nullable PolicyAuthor policy; // null before the run begins
  private Optional<AnsweringClient> client = Optional.empty();
  private @Nullable Rollouts rollouts; // null before the run begins
  private @Nullable PolicyWatch watch; // null before the run begins

  Answering(ModelFolder folder, AnswersSpec spec, Likelihood likelihood, long seed) {
    this.folder = folder;
    this.spec = spec;
    this.likelihood = likelihood;
    this.seed = seed;
  }

  /** Called when the rows are known. */
  void open(Recipe recipe, Corpus<PromptRow> corpus, Consumer<String> note) {
    rewards = AnswerRewards.open(spec, recipe.model().device(), corpus);
    client = AnsweringClient.open(folder, spec.rollout(), corpus.report().trainRows(), note);
    memory = new PromptMemory(corpus.report().train().kept());
  }

  /** Called before the first step. */
  void begin(Beginner<PromptRow, CausalLm> run, Optional<ValueModel> value) {
    Chunk chunk = run.recipe().memory().chunk();
    watch = PolicyWatch.of(run.output(), spec, folder);
    if (spec.kl().reference()) {
      reference = FrozenPolicy.of(spec.reference(), folder, run.adapted(), likelihood, chunk);
    }
    Adapted<CausalLm> adapted = run.adapted();
    Reader reader = new Reader(adapted.model().compute(), run.recipe().optim().rowsAtOnce());
    boolean several = spec.updates().steps() > 1;
    policy = new PolicyAuthor(folder, adapted, spec.rollout(), likelihood, chunk, reader, false);
    rollouts =
        new Rollouts(
            source(run, policy),
            spec.rollout(),
            adapted,
            likelihood,
            chunk,
            reader,
            Optional.ofNullable(reference),
            value,
            Objects.requireNonNull(memory),
            Optional.of(new WaitingRollouts(run.output())).filter(f -> several));
  }

  private RolloutSource source(Beginner<PromptRow, CausalLm> run, PolicyAuthor policy) {
    boolean ahead = spec.rollout().ahead() > 0;
    if (client.isPresent()) {
      AnsweringClient.Writing writing = client.get().begin(run.output(), run.adapted(), run.note());
      RolloutSource drawing = drawing(writing.author());
      return ahead ? new Ahead(drawing, writing.still()) : new InTime(drawing, writing.still());
    }
    if (!ahead) {
      return drawing(policy);
    }
    StillPolicy still = StillPolicy.of(folder, policy.adapted(), run.recipe());
    return new Ahead(drawing(policy.by(still.own())), still);
  }

  private Drawing drawing(Author author) {
    AnswerRewards scores = Objects.requireNonNull(rewards);
    return new Drawing(author, spec.rollout(), scores::of, Objects.requireNonNull(memory), seed);
  }

  PolicyWatch watch() {
    return Objects.requireNonNull(watch);
  }

  /** The policy. */
  CausalLm model() {
    return Objects.requireNonNull(policy).adapted().model();
  }

  /**
   * Has prompts answered.
   *
   * @param kept whether they were answered before, by a run that goes on now
   * @param next the prompts of the next rollout; none where there is none
   */
  Rollout rollout(long index, List<PromptRow> prompts, boolean kept, List<PromptRow> next) {
    Rollouts answering = Objects.requireNonNull(rollouts);
    Rollout out = kept ? answering.again(index) : answering.of(index, prompts);
    answering.source().learning(kept, index + 1, next);
    return out;
  }

  /** What a run that goes on has to know of the answers before. */
  Course course() {
    return Course.of(
        Objects.requireNonNull(memory),
        Objects.requireNonNull(rollouts).source().course(),
        reference == null ? Course.NONE : reference.course());
  }

  /** Each prompt is answered once, by the likeliest tokens; the loss is what rewards fall short. */
  Lesson.Judged judged(List<PromptRow> prompts) {
    return AnswerTally.judged(
        Objects.requireNonNull(policy), Objects.requireNonNull(rewards), prompts);
  }

  @Override
  public void close() {
    if (rollouts != null) {
      rollouts.close(); // first, since others may be asked until then
    }
    client.ifPresent(AnsweringClient::close);
    if (rewards != null) {
      rewards.close();
    }
    if (reference != null) {
      reference.close();
    }
  }
}

package dev.luthier.recipe;

import dev.luthier.data.LossOn;
import dev.luthier.data.PromptRow;
import dev.luthier.data.PromptTokenizer;
import dev.luthier.data.RowMaker;
import dev.luthier.data.SftTokenizer;
import dev.luthier.loss.Chunk;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.train.Evaluation;
import dev.luthier.train.Objective;
import dev.luthier.train.Steps;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Prompts that the model answers itself: what counts is what the answers are worth. Letters: R
 * prompts, N answers, M tokens of all answers.
 */
final class PolicyLesson implements Lesson<PromptRow, PolicyBatch, CausalLm> {
  private final ModelFolder folder;
  private final PolicyGradient method;
  private final long seed;
  private final SftLesson writing;
  private final Likelihood likelihood;
  private final KlPrice price;
  private @Nullable AnswerRewards rewards; // null before the rows are known
  private @Nullable FrozenPolicy reference; // null before the run begins, and without one
  private @Nullable Rollouts rollouts;
  private @Nullable PolicyWatch watch; // null before the run begins

  PolicyLesson(ModelFolder folder, PolicyGradient method, long seed) {
    this.folder = folder;
    this.method = method;
    this.seed = seed;
    this.writing = RankLesson.decoder(folder);
    this.likelihood = new Likelihood(writing);
    this.price = new KlPrice(method.kl());
  }

  @Override
  public RowMaker<PromptRow> rows() {
    return new PromptTokenizer(
        new SftTokenizer(folder.tokenizer(), folder.renderer(), LossOn.COMPLETION),
        method.rollout().samples(),
        method.rollout().maxNewTokens());
  }

  @Override
  public CausalLm load(Compute compute) {
    return folder.load(compute);
  }

  @Override
  public void prepare(Recipe recipe, Corpus<PromptRow> corpus, Consumer<String> note) {
    rewards = AnswerRewards.open(method, recipe.model().device(), corpus);
  }

  @Override
  public void begin(Beginner<PromptRow, CausalLm> run) {
    Chunk chunk = run.recipe().memory().chunk();
    if (method.kl().reference()) {
      reference = FrozenPolicy.of(method.reference(), folder, run.adapted(), likelihood, chunk);
    }
    watch = PolicyWatch.of(run.output(), method, folder);
    rollouts =
        Rollouts.of(
            folder,
            method,
            run,
            Objects.requireNonNull(rewards)::of,
            likelihood,
            Optional.ofNullable(reference),
            seed);
  }

  @Override
  public Steps<PolicyBatch> steps(RowSteps<PromptRow, PolicyBatch> rows) {
    return new RolloutSteps(rows, this, method.updates(), seed);
  }

  /** Whether answers to a prompt are compared with each other, so that equal ones teach nothing. */
  boolean compares() {
    return method.compared().baseline().inGroups() && !method.kl().reference();
  }

  /**
   * Has prompts answered, and compares the answers.
   *
   * @param others prompts to draw instead, by round
   * @param kept whether they were answered before, by a run that goes on now
   */
  RolloutParts parts(
      long index, List<PromptRow> prompts, IntFunction<List<PromptRow>> others, boolean kept) {
    Rollouts answering = Objects.requireNonNull(rollouts);
    Rollout rollout = kept ? answering.again(index) : answering.of(index, prompts, others);
    Compute compute = answering.adapted().model().compute();
    return Objects.requireNonNull(watch)
        .seen(RolloutParts.of(rollout, method, price, compute), kept);
  }

  @Override
  public long scored(PromptRow row) {
    return (long) row.samples() * row.most();
  }

  @Override
  public PolicyBatch batch(List<PromptRow> rows, Draw draw, Compute compute) {
    return new PolicyBatch(rows, Optional.empty());
  }

  @Override
  public Objective<PolicyBatch> objective(CausalLm model, Chunk chunk) {
    AnswersObjective own = new AnswersObjective(method, likelihood);
    return (batch, denominator) -> own.of(model, batch, chunk);
  }

  @Override
  public Tensor logits(CausalLm model, PolicyBatch batch) {
    throw new IllegalStateException("answers are scored, not tokens");
  }

  @Override
  public Tensor targets(PolicyBatch batch) {
    return Ops.longs(new long[batch.prompts().size()], Compute.CPU); // (R)
  }

  @Override
  public Judged judged(CausalLm model, PolicyBatch batch, Chunk chunk) {
    return AnswerTally.judged(
        Objects.requireNonNull(rollouts), Objects.requireNonNull(rewards), batch.prompts());
  }

  @Override
  public Set<Measure> measures() {
    return method.gold().isPresent()
        ? Set.of(Measure.REWARD, Measure.GOLD)
        : Set.of(Measure.REWARD);
  }

  @Override
  public Tally<PromptRow> tally() {
    return AnswerTally.of(method);
  }

  @Override
  public Exam exam(CausalLm model, Corpus<PromptRow> corpus, Asking asking) {
    return writing.exam(model, corpus, asking, Map.of());
  }

  @Override
  public boolean writes() {
    return true;
  }

  @Override
  public Optional<String> remark(Map<String, Double> before, Map<String, Double> after) {
    return AnswerTally.remark(before, after);
  }

  @Override
  public Optional<Evaluation.Alarm> alarm(long step, Map<String, Double> measured) {
    return method.gold().flatMap(g -> Objects.requireNonNull(watch).alarm().at(step, measured));
  }

  @Override
  public Course course() {
    return price.course(method.updates().steps());
  }

  @Override
  public long beside(Compute compute) {
    return method.kl().reference() ? Referees.bytes(method.reference(), folder, compute) : 0;
  }

  @Override
  public List<String> next(String voice) {
    return writing.next(voice);
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

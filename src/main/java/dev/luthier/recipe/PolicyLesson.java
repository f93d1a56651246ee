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
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Prompts that the model answers itself: what counts is what the answers are worth. Letters: R
 * prompts, N answers, M tokens of all answers.
 */
final class PolicyLesson implements Lesson<PromptRow, PolicyBatch, CausalLm> {
  private final ModelFolder folder;
  private final AnswersMethod method;
  private final long seed;
  private final SftLesson writing;
  private final Likelihood likelihood;
  private final KlPrice price;
  private final Turns turns;
  private final ValueModels values;
  private final Answering answering;
  private @Nullable MixedSteps mix; // null before the rows are known, and without one

  PolicyLesson(ModelFolder folder, AnswersMethod method, long seed) {
    this.folder = folder;
    this.method = method;
    this.seed = seed;
    this.writing = RankLesson.decoder(folder);
    this.likelihood = new Likelihood(writing);
    this.answering = new Answering(folder, method.answers(), likelihood, seed);
    this.price = new KlPrice(method.answers().kl());
    this.values = new ValueModels(folder, method.valued().map(AnswersMethod.Valued::spec), seed);
    this.turns = new Turns(method.answers());
  }

  @Override
  public RowMaker<PromptRow> rows() {
    return new PromptTokenizer(
        new SftTokenizer(folder.tokenizer(), folder.renderer(), LossOn.COMPLETION),
        method.answers().rollout().samples(),
        method.answers().rollout().maxNewTokens());
  }

  @Override
  public CausalLm load(Compute compute) {
    return folder.load(compute);
  }

  @Override
  public void prepare(Recipe recipe, Corpus<PromptRow> corpus, Consumer<String> note) {
    answering.open(recipe, corpus, note);
    Optional<PretrainingMix> texts = method.answers().pretrainingMix();
    mix =
        texts
            .map(m -> MixedSteps.of(m.open(recipe, folder, corpus.maxLength()), recipe))
            .orElse(null);
  }

  @Override
  public void begin(Beginner<PromptRow, CausalLm> run) {
    Optional<ValueModel> value = values.of(run.adapted().model());
    value.ifPresent(own -> own.begin(run));
    answering.begin(run, value);
  }

  @Override
  public Steps<PolicyBatch> steps(RowSteps<PromptRow, PolicyBatch> rows) {
    return new RolloutSteps(rows, this, method.answers().updates(), turns, seed);
  }

  @Override
  public OwnWeights own(CausalLm model) {
    return values.weights(model);
  }

  /** What a step learns beside answers. */
  List<Steps.Micro<PolicyBatch>> mixed(long step) {
    return mix == null ? List.of() : mix.at(step, answering.model().compute());
  }

  /** Has prompts answered, {@link Answering#rollout}, and compares the answers. */
  RolloutParts parts(long index, List<PromptRow> prompts, boolean kept, List<PromptRow> next) {
    Rollout rollout = answering.rollout(index, prompts, kept, next);
    RolloutParts parts = RolloutParts.of(rollout, method, price, answering.model().compute());
    return answering.watch().seen(parts, kept);
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
    AnswersObjective own = new AnswersObjective(method, likelihood, values.of(model), turns);
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
    return answering.judged(batch.prompts());
  }

  @Override
  public Set<Measure> measures() {
    return AnswerTally.measures(method.answers());
  }

  @Override
  public Tally<PromptRow> tally() {
    return AnswerTally.of(method.answers());
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
    return method.answers().gold().flatMap(g -> answering.watch().alarm().at(step, measured));
  }

  @Override
  public Course course() {
    return Course.of(
        price.course(turns), turns, answering.course()); // the price first, since it asks for turns
  }

  @Override
  public long beside(Compute compute) {
    return method.answers().beside(folder, compute);
  }

  @Override
  public Optional<RolloutMemory> rollouts() {
    return method.answers().rollout().memory();
  }

  @Override
  public void save(Path dir) {
    values.save(answering.model(), dir);
  }

  @Override
  public List<String> next(String voice) {
    return writing.next(voice);
  }

  @Override
  public void close() {
    values.close();
    answering.close();
  }
}

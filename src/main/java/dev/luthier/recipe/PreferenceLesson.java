package dev.luthier.recipe;

import dev.luthier.data.AnswersRow;
import dev.luthier.data.AnswersTokenizer;
import dev.luthier.data.RowMaker;
import dev.luthier.data.Takes;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Chunk;
import dev.luthier.loss.Logps;
import dev.luthier.loss.Loss;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.train.Objective;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Judged answers, each read behind its prompt by a decoder: what counts is how likely it finds
 * them, and how likely the reference did. Letters: R rows, K answers, M tokens of all answers, T
 * measures.
 */
final class PreferenceLesson implements Lesson<AnswersRow, PreferenceBatch, CausalLm> {
  private final ModelFolder folder;
  private final SftLesson writing;
  private final Likelihood likelihood;
  private final ReferencePolicy reference;
  private final PreferenceObjective objective;
  private final Takes takes;
  private final Map<String, Measure> measures;
  private Mismatched mismatched = Mismatched.NONE;
  private Yardstick yardstick = new Yardstick(Optional.empty(), "the run has not begun");
  private @Nullable Referee referee; // null before the run begins, and where none is needed

  PreferenceLesson(
      ModelFolder folder, ReferencePolicy reference, PreferenceObjective objective, Takes takes) {
    this.folder = folder;
    this.writing = RankLesson.decoder(folder);
    this.likelihood = new Likelihood(writing);
    this.reference = reference;
    this.objective = objective;
    this.takes = takes;
    this.measures = new TreeMap<>(objective.measures());
  }

  @Override
  public RowMaker<AnswersRow> rows() {
    return AnswersTokenizer.of(folder.tokenizer(), folder.renderer(), takes);
  }

  @Override
  public CausalLm load(Compute compute) {
    return folder.load(compute);
  }

  @Override
  public void prepare(Recipe recipe, Corpus<AnswersRow> corpus, Consumer<String> note) {
    objective.prepare(recipe, corpus, note);
  }

  @Override
  public void begin(Beginner<AnswersRow, CausalLm> run) {
    objective.begin(run.output());
    if (objective.mismatched()) {
      mismatched = Mismatched.of(run);
    }
    if (objective.reference()) {
      referee = new Referees(folder, run, likelihood, this::asked).of(reference);
    }
    yardstick = Yardstick.of(run, referee);
  }

  /** All rows that the reference is asked for because of one. */
  private Stream<AnswersRow> asked(AnswersRow row) {
    return objective.mismatched()
        ? Stream.concat(Stream.of(row), mismatched.of(List.of(row)).stream())
        : Stream.of(row);
  }

  /** The tokens of all answers are scored, and a row counts as one. */
  @Override
  public long scored(AnswersRow row) {
    return row.each().stream().mapToLong(TokenRow::targets).sum();
  }

  @Override
  public PreferenceBatch batch(List<AnswersRow> rows, Draw draw, Compute compute) {
    return new PreferenceBatch(
        PreferenceBatch.Read.of(rows, compute),
        objective.mismatched()
            ? Optional.of(PreferenceBatch.Read.of(mismatched.of(rows), compute))
            : Optional.empty());
  }

  @Override
  public Objective<PreferenceBatch> objective(CausalLm model, Chunk chunk) {
    return (batch, denominator) -> loss(model, batch, chunk, denominator);
  }

  private Loss loss(CausalLm model, PreferenceBatch batch, Chunk chunk, double denominator) {
    Logps answers = logps(model, batch.answers(), chunk);
    Logps others =
        batch.others().map(o -> Ops.without(() -> logps(model, o, chunk))).orElse(answers);
    return objective.of(batch.answers(), answers, others, denominator);
  }

  private Logps logps(CausalLm model, PreferenceBatch.Read read, Chunk chunk) {
    Tensor policy = likelihood.of(model, read.batch(), chunk); // (K)
    return new Logps(policy, read.batch().lengths(), reference(read, policy));
  }

  private @Nullable Tensor reference(PreferenceBatch.Read read, Tensor policy) {
    if (!objective.reference()) {
      return null;
    }
    return referee == null // a plan asks what a step makes, not what it says
        ? torch.zeros_like(policy.detach())
        : referee.of(read.rows(), read.batch());
  }

  /** Nothing but log-probabilities is scored. */
  @Override
  public Tensor logits(CausalLm model, PreferenceBatch batch) {
    throw new IllegalStateException("answers are scored by their log-probabilities");
  }

  @Override
  public Tensor targets(PreferenceBatch batch) {
    return Ops.longs(new long[batch.answers().rows().size()], Compute.CPU); // (R)
  }

  /** The verdict is the sum of each measure, and of each term with a name of its own, (T). */
  @Override
  public Judged judged(CausalLm model, PreferenceBatch batch, Chunk chunk) {
    Loss loss = loss(model, batch, chunk, 1);
    Stream<String> names = Stream.concat(measures.keySet().stream(), objective.named().stream());
    return new Judged(loss.total().item_double(), MeanTally.sums(loss, names.toList()));
  }

  @Override
  public Set<Measure> measures() {
    return Set.copyOf(measures.values());
  }

  @Override
  public Tally<AnswersRow> tally() {
    return new MeanTally<>(List.copyOf(measures.values()), objective.named());
  }

  @Override
  public Exam exam(CausalLm model, Corpus<AnswersRow> corpus, Asking asking) {
    return objective.marked(PreferenceExam.of(writing, model, corpus, asking, yardstick));
  }

  @Override
  public boolean writes() {
    return true;
  }

  @Override
  public Optional<String> remark(Map<String, Double> before, Map<String, Double> after) {
    return objective.remark(before, after);
  }

  @Override
  public Course course() {
    return referee == null ? objective.course() : Course.of(objective.course(), referee.course());
  }

  @Override
  public long beside(Compute compute) {
    return objective.reference() ? Referees.bytes(reference, folder, compute) : 0;
  }

  @Override
  public List<String> next(String voice) {
    return writing.next(voice);
  }

  @Override
  public void close() {
    if (referee != null) {
      referee.close();
    }
  }
}

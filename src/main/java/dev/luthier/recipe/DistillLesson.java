package dev.luthier.recipe;

import dev.luthier.data.RowMaker;
import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.loss.Chunk;
import dev.luthier.loss.Chunked;
import dev.luthier.loss.Loss;
import dev.luthier.model.CausalLm;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.train.Objective;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Supervised fine-tuning in all but the loss, to which a teacher adds what it thinks of the same
 * tokens. Evaluations measure the cross-entropy with the data alone, as those of {@link Sft} do.
 * Letters: M targets, C of a chunk, V vocabulary, H the student's width and I the teacher's.
 */
final class DistillLesson implements TokenLesson<TokenRow, TokenBatch, CausalLm> {
  private final Distill method;
  private final SftLesson sft;
  private @Nullable CausalLm teacher; // null before the run begins

  DistillLesson(Distill method, SftLesson sft) {
    this.method = method;
    this.sft = sft;
  }

  @Override
  public void begin(Beginner<TokenRow, CausalLm> run) {
    open(run.adapted().model().compute());
  }

  void open(Compute compute) {
    teacher = Teacher.load(method.teacher(), compute);
  }

  @Override
  public Objective<TokenBatch> objective(CausalLm model, Chunk chunk) {
    Chunked head = chunked(model, chunk);
    return (batch, denominator) -> loss(head, hidden(model, batch), batch, denominator);
  }

  /** Chunks know each other by the numbers of their tokens, by which the teacher's are found. */
  private Loss loss(Chunked head, Tensor hidden, TokenBatch batch, double denominator) {
    Tensor thought = Ops.without(() -> teacherStates(hidden, batch)); // (M, I)
    Tensor numbers = torch.arange(Ops.whole(hidden.size(0)), batch.targets().options());
    Tensor each =
        head.rows(
            hidden,
            numbers,
            2,
            (scores, at) ->
                method
                    .loss()
                    .each(
                        scores,
                        Ops.without(() -> teacherScores(thought.index_select(0, at), scores)),
                        batch.targets().index_select(0, at)));
    return method.loss().of(each, denominator);
  }

  private Tensor teacherStates(Tensor hidden, TokenBatch batch) {
    return teacher == null ? hidden.detach() : sft.hidden(teacher, batch);
  }

  private Tensor teacherScores(Tensor states, Tensor like) { // (C, I) -> (C, V)
    return teacher == null // a plan asks what a step makes, not what it says
        ? torch.zeros_like(like.detach())
        : teacher.logits(states);
  }

  @Override
  public RowMaker<TokenRow> rows() {
    return sft.rows();
  }

  @Override
  public CausalLm load(Compute compute) {
    return sft.load(compute);
  }

  @Override
  public TokenBatch batch(List<TokenRow> rows, Draw draw, Compute compute) {
    return sft.batch(rows, draw, compute);
  }

  @Override
  public Tensor hidden(CausalLm model, TokenBatch batch) {
    return sft.hidden(model, batch);
  }

  @Override
  public Tensor scores(CausalLm model, Tensor hidden) {
    return sft.scores(model, hidden);
  }

  @Override
  public Optional<Tensor> plainHead(CausalLm model) {
    return sft.plainHead(model);
  }

  @Override
  public Tensor targets(TokenBatch batch) {
    return sft.targets(batch);
  }

  @Override
  public List<List<TokenRow>> bins(List<TokenRow> rows, int maxLength) {
    return sft.bins(rows, maxLength);
  }

  @Override
  public Set<Measure> measures() {
    return sft.measures();
  }

  @Override
  public Tally<TokenRow> tally() {
    return sft.tally();
  }

  @Override
  public boolean writes() {
    return true;
  }

  @Override
  public Exam exam(CausalLm model, Corpus<TokenRow> corpus, Asking asking) {
    return sft.exam(model, corpus, asking);
  }

  @Override
  public List<String> next(String voice) {
    return sft.next(voice);
  }

  @Override
  public long beside(Compute compute) {
    return Teacher.bytes(method.teacher(), compute);
  }

  @Override
  public void close() {
    if (teacher != null) {
      teacher.close();
    }
  }
}

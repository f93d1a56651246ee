package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.data.AnswersTokenizer;
import dev.luthier.data.RowMaker;
import dev.luthier.loss.Chunk;
import dev.luthier.loss.Loss;
import dev.luthier.model.Classifier;
import dev.luthier.tensor.Compute;
import dev.luthier.train.Objective;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * Judged answers, each read with its prompt by a model with a score for whole sequences: decoders
 * score the last token. Letters: K answers of all rows, A scores of an answer.
 */
final class RewardLesson implements Lesson<AnswersRow, AnswersBatch, Classifier> {
  private final ModelFolder folder;
  private final RewardLoss loss;
  private final boolean chats;
  private final long seed;
  private ByLength length = new ByLength(true);

  /**
   * @param loss for these rows
   * @param chats whether prompts are chats
   * @param seed of a new head
   */
  RewardLesson(ModelFolder folder, RewardLoss loss, boolean chats, long seed) {
    this.folder = folder;
    this.loss = loss;
    this.chats = chats;
    this.seed = seed;
  }

  @Override
  public RowMaker<AnswersRow> rows() {
    return AnswersTokenizer.of(folder.tokenizer(), folder.renderer(), loss.takes());
  }

  @Override
  public Classifier load(Compute compute) {
    return Classifier.load(folder.path(), compute, loss.labels(), seed);
  }

  @Override
  public void begin(Beginner<AnswersRow, Classifier> run) {
    length = ByLength.of(run.corpus().report().trainRows());
  }

  @Override
  public AnswersBatch batch(List<AnswersRow> rows, Draw draw, Compute compute) {
    return AnswersBatch.of(rows, compute);
  }

  @Override
  public long weight(AnswersRow row) {
    return loss.weight(row);
  }

  /** (K, A) */
  @Override
  public Tensor logits(Classifier model, AnswersBatch batch) {
    return model.logits(batch.written().input(), null);
  }

  @Override
  public Tensor targets(AnswersBatch batch) {
    return loss.targets(batch);
  }

  /** The scores themselves. */
  @Override
  public Tensor verdict(Tensor logits) {
    return logits;
  }

  @Override
  public Objective<AnswersBatch> objective(Classifier model, Chunk chunk) {
    return (batch, denominator) -> loss(logits(model, batch), batch, denominator);
  }

  /**
   * @param scores (K, A)
   */
  Loss loss(Tensor scores, AnswersBatch batch, double denominator) {
    return loss.of(scores, batch, denominator);
  }

  @Override
  public Judged judged(Classifier model, AnswersBatch batch, Chunk chunk) {
    Tensor scores = logits(model, batch);
    return new Judged(loss(scores, batch, 1).total().item_double(), scores);
  }

  @Override
  public Set<Measure> measures() {
    return loss.measures();
  }

  @Override
  public Tally<AnswersRow> tally() {
    return loss.tally(length);
  }

  @Override
  public Exam exam(Classifier model, Corpus<AnswersRow> corpus, Asking asking) {
    return RewardExam.of(this, model, corpus, folder.tokenizer());
  }

  @Override
  public List<String> next(String voice) {
    return List.of(
        "./luthier classify %s %s--text PROMPT --choice ANSWER --choice ANSWER"
            .formatted(voice, chats ? "--chat " : ""));
  }
}

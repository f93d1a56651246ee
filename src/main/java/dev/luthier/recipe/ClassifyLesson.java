package dev.luthier.recipe;

import dev.luthier.data.LabelSet;
import dev.luthier.data.LabelledBatch;
import dev.luthier.data.LabelledRow;
import dev.luthier.data.LabelledTokenizer;
import dev.luthier.data.RowMaker;
import dev.luthier.model.Classifier;
import dev.luthier.model.Labels;
import dev.luthier.model.Problem;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** Classification of texts: cross-entropy on the scores of the classes. */
record ClassifyLesson(ModelFolder folder, LabelSet labels, long seed)
    implements Lesson<LabelledRow, LabelledBatch, Classifier> {

  @Override
  public RowMaker<LabelledRow> rows() {
    return new LabelledTokenizer(folder.tokenizer(), labels);
  }

  @Override
  public Classifier load(Compute compute) {
    return Classifier.load(
        folder.path(), compute, new Labels(labels.names(), Problem.SINGLE), seed);
  }

  @Override
  public LabelledBatch batch(List<LabelledRow> rows, Draw draw, Compute compute) {
    return LabelledBatch.of(rows, compute);
  }

  @Override
  public Tensor logits(Classifier model, LabelledBatch batch) {
    return model.logits(batch.input(), batch.types()); // (M, C)
  }

  @Override
  public Tensor targets(LabelledBatch batch) {
    return batch.labels();
  }

  @Override
  public Set<Measure> measures() {
    return ClassTally.measures(labels.size());
  }

  @Override
  public Tally<LabelledRow> tally() {
    return new ClassTally<>(labels.size());
  }

  @Override
  public Exam exam(Classifier model, Corpus<LabelledRow> corpus, Asking asking) {
    return ReadExam.of(
        this,
        model,
        corpus,
        folder.wording((row, marks) -> labels.name((int) Ops.toLongs(marks)[0])));
  }

  @Override
  public List<String> next(String voice) {
    return List.of("./luthier classify %s --text TEXT".formatted(voice));
  }
}

package dev.luthier.recipe;

import dev.luthier.data.LabelSet;
import dev.luthier.data.LabelledBatch;
import dev.luthier.data.LabelledRow;
import dev.luthier.data.LabelledTokenizer;
import dev.luthier.data.RowMaker;
import dev.luthier.metric.Average;
import dev.luthier.metric.ConfusionMatrix;
import dev.luthier.model.Classifier;
import dev.luthier.model.Labels;
import dev.luthier.model.Problem;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
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
    Set<Measure> out = EnumSet.of(Measure.ACCURACY, Measure.F1, Measure.MATTHEWS);
    if (labels.size() == 2) {
      out.add(Measure.F1_POSITIVE);
    }
    return out;
  }

  @Override
  public Tally<LabelledRow> tally() {
    return new Confusion(labels.size());
  }

  private static final class Confusion implements Tally<LabelledRow> {
    private final int classes;
    private final List<Integer> truth = new ArrayList<>();
    private final List<Integer> said = new ArrayList<>();

    Confusion(int classes) {
      this.classes = classes;
    }

    @Override
    public void add(List<LabelledRow> rows, Tensor targets, Tensor verdict) {
      for (long id : Ops.toLongs(targets)) {
        truth.add((int) id);
      }
      for (long id : Ops.toLongs(verdict)) {
        said.add((int) id);
      }
    }

    @Override
    public Map<Measure, Double> values() {
      ConfusionMatrix matrix = ConfusionMatrix.of(array(truth), array(said), classes);
      Map<Measure, Double> out = new EnumMap<>(Measure.class);
      out.put(Measure.ACCURACY, matrix.accuracy());
      out.put(Measure.F1, new Average.Macro().of(matrix).f1());
      if (classes == 2) {
        out.put(Measure.F1_POSITIVE, new Average.Binary(1).of(matrix).f1());
      }
      out.put(Measure.MATTHEWS, matrix.matthews());
      return out;
    }

    private static int[] array(List<Integer> ids) {
      return ids.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  @Override
  public Exam exam(Classifier model, Corpus<LabelledRow> corpus, EvalSpec spec) {
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

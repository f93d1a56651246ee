package dev.luthier.recipe;

import dev.luthier.data.RatedBatch;
import dev.luthier.data.RatedRow;
import dev.luthier.data.RatedTokenizer;
import dev.luthier.data.RowMaker;
import dev.luthier.loss.Loss;
import dev.luthier.loss.MeanSquaredError;
import dev.luthier.metric.Regression;
import dev.luthier.model.Classifier;
import dev.luthier.model.Labels;
import dev.luthier.model.Problem;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** Numbers for texts: the mean squared error of the one score. */
record RegressLesson(ModelFolder folder, long seed)
    implements Lesson<RatedRow, RatedBatch, Classifier> {

  @Override
  public RowMaker<RatedRow> rows() {
    return new RatedTokenizer(folder.tokenizer());
  }

  @Override
  public Classifier load(Compute compute) {
    return Classifier.load(folder.path(), compute, Labels.numbered(1, Problem.REGRESSION), seed);
  }

  @Override
  public RatedBatch batch(List<RatedRow> rows, Draw draw, Compute compute) {
    return RatedBatch.of(rows, compute);
  }

  @Override
  public Tensor logits(Classifier model, RatedBatch batch) {
    return model.logits(batch.input(), batch.types()); // (M, 1)
  }

  @Override
  public Tensor targets(RatedBatch batch) {
    return batch.scores();
  }

  @Override
  public Tensor verdict(Tensor logits) {
    return logits.reshape(-1);
  }

  @Override
  public Loss loss(Tensor logits, Tensor targets, double denominator) {
    return new MeanSquaredError().of(verdict(logits), targets, denominator);
  }

  @Override
  public Set<Measure> measures() {
    return Set.of(Measure.PEARSON, Measure.SPEARMAN, Measure.MSE);
  }

  @Override
  public Tally<RatedRow> tally() {
    return new Numbers();
  }

  private static final class Numbers implements Tally<RatedRow> {
    private final List<Double> truth = new ArrayList<>();
    private final List<Double> said = new ArrayList<>();

    @Override
    public void add(List<RatedRow> rows, Tensor targets, Tensor verdict) {
      for (float score : Ops.toFloats(targets)) {
        truth.add((double) score);
      }
      for (float score : Ops.toFloats(verdict)) {
        said.add((double) score);
      }
    }

    @Override
    public Map<Measure, Double> values() {
      Regression result = Regression.of(array(truth), array(said));
      return Map.of(
          Measure.PEARSON, result.pearson(),
          Measure.SPEARMAN, result.spearman(),
          Measure.MSE, result.squared());
    }

    private static double[] array(List<Double> values) {
      return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  @Override
  public Exam exam(Classifier model, Corpus<RatedRow> corpus, Asking asking) {
    return ReadExam.of(
        this,
        model,
        corpus,
        folder.wording((row, marks) -> "%.3f".formatted(Ops.toFloats(marks)[0])));
  }

  @Override
  public List<String> next(String voice) {
    return List.of("./luthier classify %s --text TEXT".formatted(voice));
  }
}

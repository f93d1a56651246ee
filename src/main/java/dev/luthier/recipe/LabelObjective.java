package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.loss.Bco;
import dev.luthier.loss.Kto;
import dev.luthier.loss.LabelledLoss;
import dev.luthier.loss.Logps;
import dev.luthier.loss.Loss;
import dev.luthier.loss.RunningMean;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Course;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * An answer is good, or it is not. Log-ratios are measured from an origin: for {@link Bco} their
 * mean over all steps so far, else KTO's, from answers under the prompts of other rows.
 */
final class LabelObjective implements PreferenceObjective {
  private final LabelledLoss loss;
  private final Parameter before; // (2) the mean of log-ratios and how many there were
  private RunningMean seen = new RunningMean();

  LabelObjective(LabelledLoss loss) {
    this.loss = loss;
    try (Scope scope = new Scope()) {
      before = new Parameter("origin", Ops.floats(new float[2], Compute.CPU));
    }
  }

  @Override
  public boolean reference() {
    return true;
  }

  @Override
  public boolean mismatched() {
    return !(loss instanceof Bco);
  }

  @Override
  public Loss of(PreferenceBatch.Read read, Logps answers, Logps others, double denominator) {
    AnswersBatch batch = read.batch();
    Compute compute = batch.compute();
    Tensor origin = mismatched() ? Kto.origin(others) : running(answers, compute);
    return loss.of(answers, batch.desirable(compute), origin, denominator);
  }

  private Tensor running(Logps answers, Compute compute) {
    float[] known = Ops.toFloats(before.value());
    if (answers.policy().requires_grad()) {
      seen = seen.and(answers.ratios().detach().mean().item_double(), answers.policy().numel());
    }
    return Ops.floats(new float[] {known[0]}, compute).squeeze();
  }

  @Override
  public Map<String, Measure> measures() {
    return Map.of(
        "accuracy", Measure.ACCURACY,
        "signed_reward", Measure.SIGNED_REWARD,
        "signed_logp", Measure.SIGNED_LOGP);
  }

  @Override
  public void begin(Path output) {
    seen = new RunningMean();
  }

  @Override
  public Course course() {
    return new Course() {
      @Override
      public void afterStep(long step, long total) {
        float[] known = Ops.toFloats(before.value());
        RunningMean all = new RunningMean(known[0], (long) known[1]).and(seen.mean(), seen.count());
        seen = new RunningMean();
        try (Scope scope = new Scope();
            AutoGradMode off = Ops.noGrad()) {
          before
              .value()
              .copy_(
                  Ops.floats(new float[] {(float) all.mean(), (float) all.count()}, Compute.CPU));
        }
      }

      @Override
      public List<Parameter> state() {
        return mismatched() ? List.of() : List.of(before);
      }
    };
  }
}

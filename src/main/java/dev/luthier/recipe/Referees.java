package dev.luthier.recipe;

import dev.luthier.data.AnswersBatch;
import dev.luthier.data.AnswersRow;
import dev.luthier.loss.Chunk;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Makes the reference policy of a run.
 *
 * @param asked all rows that it is asked for because of one
 */
record Referees(
    ModelFolder folder,
    Beginner<AnswersRow, CausalLm> run,
    Likelihood likelihood,
    Function<AnswersRow, Stream<AnswersRow>> asked) {
  private static final String FILE = "reference.safetensors";
  private static final String SCORES = "log_probabilities";

  Referee of(ReferencePolicy kind) {
    if (kind instanceof ReferencePolicy.Copy copy) {
      return copy(copy);
    }
    return kind instanceof ReferencePolicy.AdaptersOff ? adaptersOff() : cached();
  }

  private Referee adaptersOff() {
    Adapted<CausalLm> adapted = run.adapted();
    return (rows, batch) ->
        FrozenPolicy.withoutAdapters(adapted, () -> scores(adapted.model(), batch));
  }

  /** What the weights of a second model take; nothing where there is none. */
  static long bytes(ReferencePolicy kind, ModelFolder folder, Compute compute) {
    if (!(kind instanceof ReferencePolicy.Copy copy)) {
      return 0;
    }
    try (CausalLm model = copy.load(folder, compute.withoutWeights())) {
      Held held = Held.of(model);
      return copy.syncEvery().isPresent() ? held.moving() : held.weights();
    }
  }

  private Referee copy(ReferencePolicy.Copy spec) {
    CausalLm model = spec.load(folder, run.adapted().model().compute());
    return new FrozenCopy(model, this::scores, MovingReference.of(spec, model, run.adapted()));
  }

  private Tensor scores(CausalLm model, AnswersBatch batch) { // (K)
    Chunk chunk = run.recipe().memory().chunk();
    return Ops.without(() -> Scope.of(() -> likelihood.of(model, batch, chunk)));
  }

  private Referee cached() {
    List<AnswersRow> rows =
        Stream.of(run.corpus().report().trainRows(), run.corpus().report().evalRows())
            .flatMap(List::stream)
            .flatMap(asked)
            .toList();
    KeptScores kept = new KeptScores(run.output().resolve(FILE), rows);
    Map<AnswersRow, float[]> known = kept.byRow(kept.read(SCORES).orElseGet(() -> write(kept)));
    Compute compute = run.adapted().model().compute();
    return (asked, batch) -> {
      float[] out = new float[batch.answers()];
      for (int r = 0; r < asked.size(); r++) {
        float[] own = Objects.requireNonNull(known.get(asked.get(r)));
        System.arraycopy(own, 0, out, batch.starts()[r], own.length);
      }
      return Ops.floats(out, compute);
    };
  }

  private float[] write(KeptScores kept) {
    float[] scores = computed(kept.rows());
    kept.write(Map.of(SCORES, scores));
    return scores;
  }

  /** Of all answers of the rows, by the weights as they are now. */
  private float[] computed(List<AnswersRow> rows) {
    int most = run.recipe().optim().rowsAtOnce();
    CausalLm model = run.adapted().model();
    run.note().accept("the reference reads %,d rows once".formatted(rows.size()));
    List<float[]> parts = new ArrayList<>();
    int answers = 0;
    for (int at = 0; at < rows.size(); at += most) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        List<AnswersRow> part = rows.subList(at, Math.min(rows.size(), at + most));
        run.corpus().tasks().tell(model, part);
        float[] own = Ops.toFloats(scores(model, AnswersBatch.of(part, model.compute())));
        parts.add(own);
        answers += own.length;
      }
    }
    float[] out = new float[answers];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, out, at, part.length);
      at += part.length;
    }
    return out;
  }
}

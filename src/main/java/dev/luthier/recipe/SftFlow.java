package dev.luthier.recipe;

import dev.luthier.data.TokenBatch;
import dev.luthier.io.Checkpoints;
import dev.luthier.io.RunDirectory;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.tensor.Compute;
import dev.luthier.train.AdamW;
import dev.luthier.train.Evaluation;
import dev.luthier.train.Loop;
import dev.luthier.train.Metrics;
import dev.luthier.train.Objective;
import dev.luthier.train.Optim;
import dev.luthier.train.Progress;
import dev.luthier.train.Session;
import dev.luthier.train.Stop;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Supervised fine-tuning from a recipe to a saved adapter or model: recipe, data, model, loop,
 * checkpoint, report.
 */
final class SftFlow {
  private SftFlow() {}

  static void run(
      Recipe recipe, Sft sft, Training.Start start, Progress progress, PrintWriter out) {
    checkDirectory(recipe, start);
    Compute compute = Compute.of(recipe.model().device());
    try (ModelFolder folder = ModelFolder.open(recipe.model().path())) {
      Corpus corpus = Corpus.read(recipe.data(), sft, folder, recipe.seed());
      out.println(corpus.report().render(Terminal.colours()));
      out.flush();
      corpus.report().healthy();
      try (CausalLm model = folder.load(compute);
          Adapted<CausalLm> adapted = Adapted.attach(model, recipe.peft(), recipe.seed());
          Optim optim = optim(recipe.optim(), adapted);
          RunDirectory run = directory(recipe, start)) {
        SftSteps steps =
            SftSteps.of(
                corpus.report().trainRows(), recipe, sft, Corpus.maxLength(sft, folder), compute);
        ModelSummary summary = ModelSummary.of(folder, adapted);
        out.println(summary.text());
        out.println(plan(recipe, steps));
        out.flush();
        train(
            new Parts(recipe, folder, corpus, adapted, optim, run.path(), summary),
            steps,
            progress,
            out);
      }
    }
  }

  /** What a run works with. */
  record Parts(
      Recipe recipe,
      ModelFolder folder,
      Corpus corpus,
      Adapted<CausalLm> adapted,
      Optim optim,
      Path output,
      ModelSummary summary) {}

  private static void train(Parts parts, SftSteps steps, Progress progress, PrintWriter out) {
    Recipe recipe = parts.recipe();
    Checkpoints checkpoints = new Checkpoints(parts.output(), recipe.checkpoint().keep());
    Optional<Checkpoints.Saved> saved = checkpoints.latest();
    long from = saved.map(Checkpoints.Saved::step).orElse(0L);
    Optional<SftEvaluation> evaluation =
        parts.corpus().report().evalRows().isEmpty()
            ? Optional.empty()
            : Optional.of(
                SftEvaluation.of(parts.adapted(), parts.folder(), parts.corpus(), recipe));
    RunReport report = RunReport.begin(parts, evaluation, from);
    try (Stop stop = new Stop();
        Metrics metrics = RunReport.metrics(parts.output(), from)) {
      Session session =
          new Session(
              new Loop(
                  parts.optim(), recipe.optim().schedule(), recipe.optim().clip(), recipe.seed()),
              new Session.Rhythm(
                  recipe.eval().every(), recipe.checkpoint().every(), recipe.eval().patience()),
              checkpoints,
              metrics,
              progress,
              stop,
              evaluation.map(e -> (Evaluation.Of) e));
      saved.ifPresent(
          s -> {
            s.passedOver().forEach(progress::note);
            session.restore(s);
            progress.note("going on after step " + s.step());
          });
      parts.adapted().training(true);
      Session.Outcome outcome = session.run(steps, from, objective(parts.adapted().model()));
      parts.adapted().training(false);
      progress.close();
      if (outcome.end() == Session.End.INTERRUPTED) {
        out.println(
            "stopped and saved after step %d of %d; the same command with --resume goes on from there"
                .formatted(outcome.steps(), steps.total()));
        out.flush();
        return;
      }
      report.finish(outcome, out);
    }
  }

  /** Cross-entropy on the trained tokens; the head sees only the positions that predict one. */
  static Objective<TokenBatch> objective(CausalLm model) {
    CrossEntropy loss = new CrossEntropy();
    return (batch, denominator) -> {
      Tensor logits = model.logits(batch.input(), batch.positions()); // (M, V)
      return loss.of(logits, batch.targets(), denominator);
    };
  }

  static Optim optim(OptimSpec spec, Adapted<?> adapted) {
    AdamW adamw = spec.adamw();
    return new Optim(
        adamw.sort(adapted.trainable(), spec.rate()),
        adamw.betas().get(0),
        adamw.betas().get(1),
        adamw.eps(),
        adapted.model().compute());
  }

  /** Before the data is read, so that nobody waits for a refusal; nothing is written yet. */
  private static void checkDirectory(Recipe recipe, Training.Start start) {
    Path path = Path.of(recipe.output());
    if (start == Training.Start.RESUME) {
      RunDirectory.checkSame(path, Recipes.print(recipe));
    } else {
      RunDirectory.checkNew(path);
    }
  }

  private static RunDirectory directory(Recipe recipe, Training.Start start) {
    Path path = Path.of(recipe.output());
    String text = Recipes.print(recipe);
    return start == Training.Start.RESUME
        ? RunDirectory.resume(path, text)
        : RunDirectory.create(path, text);
  }

  private static String plan(Recipe recipe, SftSteps steps) {
    return "%-11s%d steps of %d sequences, %d an epoch; output %s"
        .formatted("run", steps.total(), recipe.optim().batch(), steps.perEpoch(), recipe.output());
  }
}

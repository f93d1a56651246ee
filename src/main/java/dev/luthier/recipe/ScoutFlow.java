package dev.luthier.recipe;

import dev.luthier.data.TrainingRow;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.io.Checkpoints;
import dev.luthier.io.SafetensorsWriter;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Scout;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.train.Every;
import dev.luthier.train.Loop;
import dev.luthier.train.Metrics;
import dev.luthier.train.Objective;
import dev.luthier.train.Optim;
import dev.luthier.train.Progress;
import dev.luthier.train.Session;
import dev.luthier.train.Steps;
import dev.luthier.train.Stop;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Finds out what a method asks for before its own run: gradients of some batches, or a training
 * that is then rewound. It works in the folder {@code scout} of the run's directory and keeps what
 * was chosen there, so that a resumed run goes on in the phase that it was in.
 */
record ScoutFlow<R extends TrainingRow, B, M extends Model>(
    Recipe recipe,
    Scout scout,
    Lesson<R, B, M> lesson,
    ModelFolder folder,
    Corpus<R> corpus,
    Progress progress) {

  /** Refuses what is wrong before anything is written. */
  void check(M model) {
    try (Adapted<M> all = attach(model);
        Optim optim = SftFlow.optim(recipe, all, OwnWeights.NONE)) {
      progress.note(
          "before the run: %d weights may learn, of which some are chosen"
              .formatted(all.trainableCount()));
    }
  }

  private Adapted<M> attach(M model) {
    return NewHeads.attach(model, scout.with(), folder.beginning(recipe.seed()));
  }

  /**
   * The file of what was chosen.
   *
   * @return empty if a signal came first; what was reached is saved then
   */
  Optional<Path> choice(M model, Path output, PrintWriter out) {
    Path dir = output.resolve("scout");
    Path file = dir.resolve("choice.safetensors");
    if (Files.exists(file)) {
      return Optional.of(file);
    }
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    recipe.memory().on(model, progress::note);
    try (Adapted<M> all = attach(model)) {
      boolean done =
          scout instanceof Scout.Rehearsal rehearsal
              ? trained(rehearsal, all, dir, out)
              : sumGradients((Scout.Gradients) scout, all);
      if (!done) {
        return Optional.empty();
      }
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        SafetensorsWriter.write(file, scout.choice(all), Map.of());
      }
    }
    Path spent = dir.resolve("checkpoints");
    if (Files.exists(spent)) {
      AtomicDirectory.remove(spent);
    }
    return Optional.of(file);
  }

  /** Leaves the sums of gradients, or of single rows' squared gradients, at the weights. */
  private boolean sumGradients(Scout.Gradients wanted, Adapted<M> all) {
    M model = all.model();
    RowSteps<R, B> steps = RowSteps.of(lesson, corpus, recipe, model);
    Steps<B> cut = wanted.squared() ? steps.with(recipe.optim().atOnce(1)) : steps;
    Objective<B> objective = lesson.objective(model, recipe.memory().chunk());
    try (Scope outer = new Scope()) {
      List<Tensor> squares =
          all.trainable().stream().map(p -> torch.zeros_like(p.value())).toList();
      for (long step = 0; step < wanted.batches(); step++) {
        List<Steps.Micro<B>> parts = cut.at(step);
        double denominator = parts.stream().mapToDouble(Steps.Micro::weight).sum();
        for (Steps.Micro<B> part : parts) {
          try (Scope scope = new Scope()) {
            double by = wanted.squared() ? 1 : denominator; // the log-likelihood of a row
            objective.of(part.batch().get(), by).total().backward();
          }
          if (wanted.squared()) {
            takeSquares(all.trainable(), squares);
          }
        }
      }
      for (int i = 0; wanted.squared() && i < squares.size(); i++) {
        all.trainable().get(i).value().mutable_grad().put(squares.get(i));
      }
    }
    return true;
  }

  private static void takeSquares(List<Parameter> weights, List<Tensor> squares) {
    try (Scope scope = new Scope();
        AutoGradMode off = Ops.noGrad()) {
      for (int i = 0; i < squares.size(); i++) {
        Tensor gradient = weights.get(i).value().grad();
        if (gradient.defined()) {
          squares.get(i).addcmul_(gradient, gradient);
          gradient.zero_();
        }
      }
    }
  }

  /** Whether it came to its end. */
  private boolean trained(Scout.Rehearsal wanted, Adapted<M> all, Path dir, PrintWriter out) {
    RowSteps<R, B> whole = RowSteps.of(lesson, corpus, recipe, all.model());
    long total = Math.max(1, Math.round(wanted.length() * whole.total()));
    RowSteps<R, B> steps = whole.with(recipe.optim().steps(total));
    Checkpoints checkpoints = new Checkpoints(dir, recipe.checkpoint().keep());
    Optional<Checkpoints.Saved> saved = checkpoints.latest();
    long from = saved.map(Checkpoints.Saved::step).orElse(0L);
    try (Optim optim = SftFlow.optim(recipe, all, OwnWeights.NONE);
        Stop stop = new Stop();
        Metrics metrics = RunReport.metrics(dir, from)) {
      Session session =
          new Session(
              new Loop(
                  optim,
                  recipe.optim().schedule(),
                  recipe.optim().clip(),
                  recipe.seed(),
                  all.course()),
              new Session.Rhythm(new Every.Never(), recipe.checkpoint().every(), Optional.empty()),
              checkpoints,
              metrics,
              progress,
              stop,
              Optional.empty());
      saved.ifPresent(session::restore);
      progress.note("first training, of all weights, from step %d of %d".formatted(from, total));
      all.training(true);
      Session.Outcome outcome =
          session.run(steps, from, lesson.objective(all.model(), recipe.memory().chunk()));
      all.training(false);
      progress.close();
      if (outcome.end() == Session.End.INTERRUPTED) {
        out.println(
            "stopped and saved after step %d of %d of the first training; the same command with --resume goes on from there"
                .formatted(outcome.steps(), total));
        out.flush();
      }
      return outcome.end() != Session.End.INTERRUPTED;
    }
  }
}

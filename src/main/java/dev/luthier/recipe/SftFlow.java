package dev.luthier.recipe;

import dev.luthier.data.Samples;
import dev.luthier.data.TrainingRow;
import dev.luthier.io.Checkpoints;
import dev.luthier.io.RunDirectory;
import dev.luthier.io.Safetensors;
import dev.luthier.model.Model;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Scout;
import dev.luthier.plan.Plan;
import dev.luthier.tensor.Course;
import dev.luthier.train.Evaluation;
import dev.luthier.train.Loop;
import dev.luthier.train.Metrics;
import dev.luthier.train.Objective;
import dev.luthier.train.Optim;
import dev.luthier.train.Progress;
import dev.luthier.train.Session;
import dev.luthier.train.Steps;
import dev.luthier.train.Stop;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Supervised fine-tuning from a recipe to a saved adapter or model: recipe, data, model, loop,
 * checkpoint, report. What differs between its methods is their {@link Lesson}.
 */
record SftFlow(Recipe recipe, Training.Start start, Progress progress, PrintWriter out) {

  void run() {
    try (ModelFolder folder = ModelFolder.open(recipe.model().path())) {
      new SftFlow(recipe.forModel(folder.config()), start, progress, out).run(folder);
    }
  }

  private void run(ModelFolder folder) {
    start.check(recipe); // before the data is read, so that nobody waits for a refusal
    Samples.Split samples = Corpus.read(recipe);
    try (Lesson<?, ?, ?> lesson = recipe.method().lesson(folder, samples, recipe.seed())) {
      teach(lesson, folder, samples);
    }
  }

  private <R extends TrainingRow, B, M extends Model> void teach(
      Lesson<R, B, M> lesson, ModelFolder folder, Samples.Split samples) {
    LessonEvaluation.check(lesson, recipe);
    Corpus<R> corpus = Corpus.examined(samples, lesson, recipe, folder);
    corpus.tell(out);
    lesson.prepare(recipe, corpus, out::println);
    recipe.eval().compare().check(recipe, corpus);
    Optional<Plan> plan = Planner.ahead(recipe, lesson, folder, corpus, out);
    OutOfMemory.explained(
        plan, Path.of(recipe.output()), () -> teach(lesson, folder, corpus, plan));
  }

  private <R extends TrainingRow, B, M extends Model> void teach(
      Lesson<R, B, M> lesson, ModelFolder folder, Corpus<R> corpus, Optional<Plan> plan) {
    try (M model = lesson.load(recipe.model().compute())) {
      Optional<Scout> scout = recipe.peft().scout();
      if (scout.isPresent()) {
        teachChosen(
            new ScoutFlow<>(recipe, scout.get(), lesson, folder, corpus, progress), model, plan);
        return;
      }
      try (Adapted<M> adapted = Begun.attach(model, recipe, folder, progress::note);
          Optim optim = optim(recipe, adapted, lesson.own(model));
          RunDirectory run = start.open(recipe)) {
        train(lesson, folder, corpus, adapted, optim, run.path(), plan);
      }
    }
  }

  /** The same for a method that has to find out first which weights it trains. */
  private <R extends TrainingRow, B, M extends Model> void teachChosen(
      ScoutFlow<R, B, M> scout, M model, Optional<Plan> plan) {
    ModelFolder folder = scout.folder();
    scout.check(model);
    try (RunDirectory run = start.open(recipe)) {
      Optional<Path> choice = scout.choice(model, run.path(), out);
      if (choice.isEmpty()) {
        return;
      }
      try (Safetensors chosen = Safetensors.open(choice.get());
          Adapted<M> adapted =
              NewHeads.attach(model, recipe.peft(), folder.beginning(recipe.seed()).with(chosen));
          Optim optim = optim(recipe, adapted, scout.lesson().own(model))) {
        train(scout.lesson(), folder, scout.corpus(), adapted, optim, run.path(), plan);
      }
    }
  }

  private <R extends TrainingRow, B, M extends Model> void train(
      Lesson<R, B, M> lesson,
      ModelFolder folder,
      Corpus<R> corpus,
      Adapted<M> adapted,
      Optim optim,
      Path output,
      Optional<Plan> memory) {
    Steps<B> steps = lesson.steps(RowSteps.of(lesson, corpus, recipe, adapted.model()));
    ModelSummary summary = ModelSummary.of(folder, adapted, recipe.optim().optimizer());
    out.println(summary.text());
    out.println(plan(steps));
    memory.ifPresent(m -> out.println(PlanText.line(m)));
    out.flush();
    train(
        new Parts<>(recipe, folder, lesson, corpus, adapted, output, summary, memory),
        optim,
        steps);
  }

  /** What a run works with; {@code memory} is what it was planned to take. */
  record Parts<R extends TrainingRow, B, M extends Model>(
      Recipe recipe,
      ModelFolder folder,
      Lesson<R, B, M> lesson,
      Corpus<R> corpus,
      Adapted<M> adapted,
      Path output,
      ModelSummary summary,
      Optional<Plan> memory) {}

  private <R extends TrainingRow, B, M extends Model> void train(
      Parts<R, B, M> parts, Optim optim, Steps<B> steps) {
    Checkpoints checkpoints = new Checkpoints(parts.output(), recipe.checkpoint().keep());
    Optional<Checkpoints.Saved> saved = checkpoints.latest();
    long from = saved.map(Checkpoints.Saved::step).orElse(0L);
    parts.lesson().begin(Beginner.of(parts, progress::note));
    Optional<LessonEvaluation<R, B, M>> evaluation =
        parts.corpus().report().evalRows().isEmpty()
            ? Optional.empty()
            : Optional.of(
                LessonEvaluation.of(parts.lesson(), parts.adapted(), parts.corpus(), recipe));
    RunReport report = RunReport.begin(parts, evaluation, from);
    try (Stop stop = new Stop();
        Metrics metrics = RunReport.metrics(parts.output(), from)) {
      Session session =
          new Session(
              new Loop(
                  optim,
                  recipe.optim().schedule(),
                  recipe.optim().clip(),
                  recipe.seed(),
                  Course.of(parts.adapted().course(), parts.lesson().course())),
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
      Session.Outcome outcome = session.run(steps, from, objective(parts));
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

  private <R extends TrainingRow, B, M extends Model> Objective<B> objective(Parts<R, B, M> parts) {
    M model = parts.adapted().model();
    recipe.memory().on(model, progress::note);
    return parts.lesson().objective(model, recipe.memory().chunk());
  }

  static Optim optim(Recipe recipe, Adapted<?> adapted, OwnWeights own) {
    OptimSpec spec = recipe.optim();
    double rate = spec.rate();
    return new Optim(
        spec.optimizer().sort(own.with(adapted), rate, p -> own.rateOf(p, adapted, rate)),
        spec.optimizer(),
        adapted.model().compute(),
        RunDirectory.nearest(Path.of(recipe.output())));
  }

  private String plan(Steps<?> steps) {
    return "%-11s%d steps of %d sequences, %d an epoch; output %s"
        .formatted("run", steps.total(), recipe.optim().batch(), steps.perEpoch(), recipe.output());
  }
}

package dev.luthier.train;

import dev.luthier.error.UserError;
import dev.luthier.io.Checkpoints;
import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Scope;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * A run around its {@link Loop}: logs every step, evaluates, writes checkpoints, keeps the best,
 * stops early, and goes on from where a killed run was. What belongs to a step is logged before the
 * step's checkpoint is written, so a resumed run repeats nothing and loses nothing.
 */
public final class Session {
  /**
   * How often what happens.
   *
   * @param patience stop after so many evaluations without a better one
   */
  public record Rhythm(Every evaluate, Every checkpoint, Optional<Integer> patience) {}

  /** How a run ended. */
  public enum End {
    FINISHED,
    STOPPED_EARLY,
    INTERRUPTED
  }

  /**
   * The end of a run.
   *
   * @param steps that were done
   * @param best the evaluation whose weights the optimiser holds now; empty without evaluations
   */
  public record Outcome(End end, long steps, Optional<Best> best) {}

  /** The best evaluation so far. */
  public record Best(long step, double score) {}

  private final Loop loop;
  private final Rhythm rhythm;
  private final Checkpoints checkpoints;
  private final Metrics metrics;
  private final Progress progress;
  private final Stop stop;
  private final Optional<Evaluation.Of> evaluator;
  private final Standing standing = new Standing();
  private long saved = -1;
  private End end = End.FINISHED;

  public Session(
      Loop loop,
      Rhythm rhythm,
      Checkpoints checkpoints,
      Metrics metrics,
      Progress progress,
      Stop stop,
      Optional<Evaluation.Of> evaluator) {
    this.loop = loop;
    this.rhythm = rhythm;
    this.checkpoints = checkpoints;
    this.metrics = metrics;
    this.progress = progress;
    this.stop = stop;
    this.evaluator = evaluator;
  }

  /** Puts weights, moments and counters back to those of a checkpoint; returns its step. */
  public long restore(Checkpoints.Saved from) {
    try (Safetensors tensors = from.tensors();
        Scope scope = new Scope()) {
      loop.restore(tensors, from.step());
    }
    standing.restore(from.state());
    if (standing.best().filter(b -> b.step() == from.step()).isPresent()) {
      checkpoints.markBest(from.step());
    }
    saved = from.step();
    return from.step();
  }

  /**
   * Trains to the end. Afterwards the optimiser's weights are the best evaluated ones, or the last
   * where nothing was evaluated or the run was interrupted.
   *
   * @param from steps that lie behind
   */
  public <B> Outcome run(Steps<B> steps, long from, Objective<B> objective) {
    progress.begin(from, steps.total());
    if (from == 0) {
      evaluate(0);
    } else if (standing.owed()) {
      saved = -1; // the checkpoint says that it is owed
      evaluate(from);
      checkpoint(from);
    }
    long done = from;
    if (from < steps.total() && !givenUp()) {
      done = loop.run(steps, from, objective, r -> after(r, steps), this::kept);
    }
    if (end != End.INTERRUPTED) {
      takeBest(done);
    }
    return new Outcome(end, done, standing.best());
  }

  /** Saves a run that an error is about to end, which is none of its weights'. */
  private void kept(long done) {
    if (done > 0) {
      checkpoint(done);
      progress.note("saved after step %d; --resume goes on from there".formatted(done));
    }
  }

  private boolean givenUp() {
    boolean enough = standing.enough(rhythm.patience());
    end = enough ? End.STOPPED_EARLY : end;
    return enough;
  }

  private <B> boolean after(StepReport report, Steps<B> steps) {
    long done = report.done();
    Optional<String> over = steps.over();
    over.ifPresent(why -> progress.note("step %d: %s".formatted(done, why)));
    boolean last = done == steps.total() || over.isPresent();
    log(report, steps);
    if (last || rhythm.evaluate().due(done, steps.perEpoch())) {
      evaluate(done);
    }
    boolean stopping = givenUp() || over.isPresent();
    end = over.isPresent() ? End.STOPPED_EARLY : end;
    if (stop.wished() && !last) {
      end = End.INTERRUPTED;
      stopping = true;
    }
    if (last || stopping || rhythm.checkpoint().due(done, steps.perEpoch())) {
      checkpoint(done);
    }
    return !stopping;
  }

  private <B> void log(StepReport report, Steps<B> steps) {
    double lr = loop.optim().rate(report.factor());
    metrics.log(report.done(), report.values(lr, steps.perEpoch()));
    double rate = report.tokens() / report.seconds();
    progress.step(new Progress.Step(report.done(), report.loss(), rate));
  }

  private void evaluate(long done) {
    if (evaluator.isEmpty()) {
      return;
    }
    Evaluation measured;
    try {
      measured = evaluator.get().apply(done);
    } catch (UserError | UncheckedIOException e) {
      standing.owed(true);
      kept(done);
      throw e;
    }
    standing.owed(false);
    metrics.log(done, measured.values());
    progress.note("step %d: %s".formatted(done, measured.line()));
    if (done == 0) {
      return; // the untrained model is a yardstick, not a candidate
    }
    measured.alarm().ifPresent(a -> progress.note("step %d: alarm: %s".formatted(done, a.line())));
    if (standing.isBest(done, measured)) {
      checkpoint(done);
      checkpoints.markBest(done);
    }
  }

  private void checkpoint(long done) {
    if (saved == done) {
      return;
    }
    checkpoints.write(done, loop.state(), standing.state());
    saved = done;
  }

  private void takeBest(long done) {
    if (standing.best().filter(b -> b.step() != done).isEmpty()) {
      return;
    }
    Optional<Checkpoints.Saved> kept = checkpoints.best();
    if (kept.isPresent()) {
      try (Safetensors tensors = kept.get().tensors()) {
        loop.weights(tensors);
      }
    }
  }
}

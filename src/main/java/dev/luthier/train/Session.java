package dev.luthier.train;

import dev.luthier.io.Checkpoints;
import dev.luthier.io.Safetensors;
import dev.luthier.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.Map;
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
  private Optional<Best> best = Optional.empty();
  private long worse;
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
    if (from.state().get("best_step") instanceof Long step
        && from.state().get("best_score") instanceof Double score) {
      best = Optional.of(new Best(step, score));
      worse = ((Long) from.state().getOrDefault("worse", 0L));
      if (step == from.step()) {
        checkpoints.markBest(step);
      }
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
    }
    long done = from;
    if (from < steps.total() && !givenUp()) {
      done = loop.run(steps, from, objective, report -> after(report, steps));
    }
    if (end != End.INTERRUPTED) {
      takeBest(done);
    }
    return new Outcome(end, done, best);
  }

  private boolean givenUp() {
    boolean enough = rhythm.patience().isPresent() && worse >= rhythm.patience().get();
    end = enough ? End.STOPPED_EARLY : end;
    return enough;
  }

  private <B> boolean after(Loop.Report report, Steps<B> steps) {
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

  private <B> void log(Loop.Report report, Steps<B> steps) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", report.loss());
    values.putAll(report.terms());
    values.put("gradient_norm", report.gradientNorm());
    values.put("lr", loop.optim().rate(report.factor()));
    values.put("epoch", (double) report.done() / steps.perEpoch());
    values.put("tokens", (double) report.tokens());
    values.put(Metrics.CLOCK + "tokens_per_second", report.tokens() / report.seconds());
    values.put(Metrics.CLOCK + "seconds", report.seconds());
    metrics.log(report.done(), values);
    double rate = report.tokens() / report.seconds();
    progress.step(new Progress.Step(report.done(), report.loss(), rate));
  }

  private void evaluate(long done) {
    if (evaluator.isEmpty()) {
      return;
    }
    Evaluation measured = evaluator.get().apply(done);
    metrics.log(done, measured.values());
    progress.note("step %d: %s".formatted(done, measured.line()));
    if (done == 0) {
      return; // the untrained model is a yardstick, not a candidate
    }
    if (best.isEmpty() || measured.score() > best.get().score()) {
      best = Optional.of(new Best(done, measured.score()));
      worse = 0;
      checkpoint(done);
      checkpoints.markBest(done);
    } else {
      worse++;
    }
  }

  private void checkpoint(long done) {
    if (saved == done) {
      return;
    }
    Map<String, Object> counters = new LinkedHashMap<>();
    best.ifPresent(
        b -> {
          counters.put("best_step", b.step());
          counters.put("best_score", b.score());
          counters.put("worse", worse);
        });
    checkpoints.write(done, loop.state(), counters);
    saved = done;
  }

  private void takeBest(long done) {
    if (best.isEmpty() || best.get().step() == done) {
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

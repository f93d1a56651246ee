package dev.luthier.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.luthier.error.UserError;
import dev.luthier.io.Checkpoints;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All gradients are 1, so after n steps the weight is 1 - n / 10: it tells whose weights it is. */
class SessionTest {
  private static final Every NEVER = new Every.Never();

  @TempDir Path dir;

  private final Scope scope = new Scope();
  private final Log log = new Log(new ArrayList<>(), new ArrayList<>());
  private OneWeight model = OneWeight.create();

  @AfterEach
  void free() {
    model.close();
    scope.close();
  }

  /** What a session told. */
  private record Log(List<String> lines, List<String> notes) implements Metrics, Progress {
    @Override
    public void log(long step, Map<String, Double> values) {
      lines.add(step + (values.containsKey("score") ? " score" : " loss"));
    }

    @Override
    public void begin(long done, long total) {
      notes.add("begin %d of %d".formatted(done, total));
    }

    @Override
    public void step(Step step) {}

    @Override
    public void note(String line) {
      notes.add(line);
    }

    @Override
    public void close() {}
  }

  private static Session.Rhythm rhythm(Every evaluate, Every checkpoint) {
    return new Session.Rhythm(evaluate, checkpoint, Optional.empty());
  }

  private static Session.Rhythm patient(int evaluations) {
    return new Session.Rhythm(new Every.Steps(1), NEVER, Optional.of(evaluations));
  }

  private Session session(Session.Rhythm rhythm, Stop stop, Optional<Evaluation.Of> evaluation) {
    return new Session(model.loop(0), rhythm, new Checkpoints(dir, 2), log, log, stop, evaluation);
  }

  /** Six steps, three an epoch. */
  private Session.Outcome run(Session session, long from) {
    return session.run(OneWeight.steps(6, 3, step -> new double[] {1}), from, model.objective());
  }

  private Session.Outcome run(Session.Rhythm rhythm, Optional<Evaluation.Of> evaluation) {
    try (Stop stop = new Stop()) {
      return run(session(rhythm, stop, evaluation), 0);
    }
  }

  /** The score after each step, counted from 0. */
  private static Optional<Evaluation.Of> scores(double... scores) {
    return Optional.of(
        step -> {
          double score = scores[(int) step];
          return new Evaluation(Map.of("score", score), score, "score " + score);
        });
  }

  private List<String> checkpoints() throws IOException {
    try (Stream<Path> entries = Files.list(dir.resolve("checkpoints"))) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private void weightsAreThoseOf(long step) {
    assertThat(model.value()).isCloseTo(1 - step / 10f, within(1e-5f));
  }

  @Test
  void withoutEvaluationsTheLastWeightsStay() throws IOException {
    Session.Outcome outcome = run(rhythm(new Every.Steps(1), NEVER), Optional.empty());
    assertThat(outcome).isEqualTo(new Session.Outcome(Session.End.FINISHED, 6, Optional.empty()));
    weightsAreThoseOf(6);
    assertThat(checkpoints()).containsExactly("step-000006"); // the last step is always saved
    assertThat(log.lines)
        .containsExactly("1 loss", "2 loss", "3 loss", "4 loss", "5 loss", "6 loss");
    assertThat(log.notes).containsExactly("begin 0 of 6");
  }

  @Test
  void evaluatesBeforeTheFirstStepAfterEachEpochAndAfterTheLast() {
    run(rhythm(new Every.Epochs(1), NEVER), scores(0, 0, 0, 1, 0, 0, 2));
    assertThat(log.lines)
        .containsExactly(
            "0 score", "1 loss", "2 loss", "3 loss", "3 score", "4 loss", "5 loss", "6 loss",
            "6 score");
    assertThat(log.notes)
        .containsExactly(
            "begin 0 of 6", "step 0: score 0.0", "step 3: score 1.0", "step 6: score 2.0");
  }

  @Test
  void theBestWeightsAreThoseInTheEnd() throws IOException {
    Session.Outcome outcome =
        run(rhythm(new Every.Steps(2), new Every.Steps(1)), scores(9, 0, 3, 0, 1, 0, 2));
    // The score before the first step does not count.
    assertThat(outcome)
        .isEqualTo(
            new Session.Outcome(Session.End.FINISHED, 6, Optional.of(new Session.Best(2, 3))));
    weightsAreThoseOf(2);
    assertThat(checkpoints()).containsExactly("best", "step-000002", "step-000005", "step-000006");
  }

  @Test
  void anEqualScoreIsNotBetter() {
    run(rhythm(new Every.Steps(2), NEVER), scores(0, 0, 3, 0, 3, 0, 3));
    weightsAreThoseOf(2);
  }

  @Test
  void stopsWhenNothingGetsBetter() {
    Session.Outcome outcome = run(patient(2), scores(0, 1, 2, 1, 1.5, 9, 9));
    assertThat(outcome)
        .isEqualTo(
            new Session.Outcome(Session.End.STOPPED_EARLY, 4, Optional.of(new Session.Best(2, 2))));
    weightsAreThoseOf(2);
  }

  @Test
  void aWishToStopSavesTheLastWeights() throws IOException {
    try (Stop stop = new Stop()) {
      Optional<Evaluation.Of> evaluation =
          Optional.of(
              step -> {
                if (step == 2) {
                  stop.wish();
                }
                return new Evaluation(Map.of("score", -1.0 * step), -step, "");
              });
      Session.Outcome outcome =
          run(session(rhythm(new Every.Steps(1), NEVER), stop, evaluation), 0);
      assertThat(outcome.end()).isEqualTo(Session.End.INTERRUPTED);
      assertThat(outcome.steps()).isEqualTo(2);
    }
    weightsAreThoseOf(2); // not the best ones, of step 1: the run goes on from here
    assertThat(checkpoints()).containsExactly("best", "step-000001", "step-000002");
  }

  @Test
  void goesOnWithWhatItKnew() {
    double[] scores = {0, 1, 5, 4, 3, 2, 1};
    try (Stop stop = new Stop()) {
      stop.wish();
      run(session(patient(3), stop, scores(scores)), 0); // stops after step 1
    }
    for (long from = 1; from < 4; from++) { // and again after each further step
      assertThat(resumed(from, scores, Stop::wish)).isEqualTo(Session.End.INTERRUPTED);
      weightsAreThoseOf(from + 1);
    }
    // Step 2 was the best, 3 and 4 were worse, 5 is the third worse one.
    assertThat(resumed(4, scores, stop -> {})).isEqualTo(Session.End.STOPPED_EARLY);
    weightsAreThoseOf(2);
    assertThat(log.lines)
        .containsExactly(
            "0 score", "1 loss", "1 score", "2 loss", "2 score", "3 loss", "3 score", "4 loss",
            "4 score", "5 loss", "5 score");
    // Whoever resumes it once more is told the same and trains nothing.
    assertThat(resumed(5, scores, stop -> {})).isEqualTo(Session.End.STOPPED_EARLY);
    weightsAreThoseOf(2);
    assertThat(log.lines).hasSize(11);
  }

  /** An alarm that does not end the run is a line; one that does ends it, also for who resumes. */
  @Test
  void anAlarmEndsTheRun() {
    Optional<Evaluation.Of> alarms =
        Optional.of(
            step ->
                new Evaluation(
                    Map.of("score", 1.0),
                    step == 2 ? 5 : 1,
                    "",
                    step < 2
                        ? Optional.empty()
                        : Optional.of(new Evaluation.Alarm("they parted", step == 3))));
    try (Stop stop = new Stop()) {
      Session session = session(rhythm(new Every.Steps(1), NEVER), stop, alarms);
      assertThat(run(session, 0).end()).isEqualTo(Session.End.STOPPED_EARLY);
    }
    weightsAreThoseOf(2); // the best evaluation's
    assertThat(log.notes)
        .contains("step 2: alarm: they parted", "step 3: alarm: they parted")
        .noneMatch(note -> note.startsWith("step 4"));
    assertThat(resumed(3, new double[7], stop -> {})).isEqualTo(Session.End.STOPPED_EARLY);
    assertThat(log.lines).doesNotContain("4 loss");
  }

  /** Steps whose batch cannot be had, and evaluations that fail, lose nothing that was learnt. */
  @Test
  void savesWhatAnErrorWouldLose() throws IOException {
    try (Stop stop = new Stop()) {
      Session session = session(rhythm(NEVER, NEVER), stop, Optional.empty());
      Steps<Double> gone =
          OneWeight.steps(
              6,
              3,
              step -> {
                if (step == 2) {
                  throw new UserError("the service is gone");
                }
                return new double[] {1};
              });
      assertThatThrownBy(() -> session.run(gone, 0, model.objective()))
          .hasMessage("the service is gone");
    }
    assertThat(checkpoints()).containsExactly("step-000002");
    assertThat(log.notes).contains("saved after step 2; --resume goes on from there");
    Optional<Evaluation.Of> fails =
        Optional.of(
            step -> {
              throw new UserError("nobody scores");
            });
    try (Stop stop = new Stop()) {
      Session session = session(rhythm(new Every.Steps(1), NEVER), stop, fails);
      session.restore(new Checkpoints(dir, 2).latest().orElseThrow());
      assertThatThrownBy(() -> run(session, 2)).hasMessage("nobody scores");
    }
    assertThat(checkpoints()).containsExactly("step-000002", "step-000003");
    log.lines.clear();
    try (Stop stop = new Stop()) {
      stop.wish();
      Session session = session(rhythm(new Every.Steps(1), NEVER), stop, scores(0, 0, 0, 7, 8));
      session.restore(new Checkpoints(dir, 2).latest().orElseThrow());
      run(session, 3);
    }
    // the evaluation that was owed comes first
    assertThat(log.lines).containsExactly("3 score", "4 loss", "4 score");
  }

  /** As a new process would, over a model that has not learnt anything. */
  private Session.End resumed(long from, double[] scores, Consumer<Stop> before) {
    model.close();
    model = OneWeight.create();
    Checkpoints.Saved saved = new Checkpoints(dir, 2).latest().orElseThrow();
    assertThat(saved.step()).isEqualTo(from);
    try (Stop stop = new Stop()) {
      before.accept(stop);
      Session session = session(patient(3), stop, scores(scores));
      assertThat(session.restore(saved)).isEqualTo(from);
      return run(session, from).end();
    }
  }
}

package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.luthier.train.Progress;
import dev.luthier.train.Progress.Step;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LineProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private long now;
  private final StringWriter out = new StringWriter();
  private final Progress progress = new LineProgress(new PrintWriter(out), () -> now);

  private void step(long number) {
    now += 2 * SECOND;
    progress.step(new Step(number, 1.23456, 5120.4));
  }

  @Test
  void printsEachTwentiethOfTheRun() {
    // 40 steps of 2 s: every second step is a line; after step 2, 38 steps of 2 s are left: 1:16
    progress.begin(0, 40);
    for (int i = 1; i <= 40; i++) {
      step(i);
    }
    assertThat(out.toString().lines())
        .hasSize(20)
        .startsWith("step 2/40  loss 1.2346  5,120 tokens/s  0:01:16 left")
        .endsWith("step 40/40  loss 1.2346  5,120 tokens/s  0:00:00 left");
  }

  @Test
  void countsTheTimeOfAResumedRunFromItsResumption() {
    // from step 90 of 100: one step took 2 s, nine are left: 18 s; a line each fifth step
    progress.begin(90, 100);
    for (int i = 91; i <= 95; i++) {
      step(i);
    }
    assertThat(out.toString().lines())
        .containsExactly("step 95/100  loss 1.2346  5,120 tokens/s  0:00:10 left");
  }

  @Test
  void leavesOutTheEvaluationBeforeTheFirstStep() {
    // 30 s of evaluation, then steps of 2 s: after step 2 of 40, 38 steps of 2 s are left: 1:16
    progress.begin(0, 40);
    now += 30 * SECOND;
    progress.note("step 0: evaluation");
    step(1);
    step(2);
    assertThat(out.toString().lines())
        .containsExactly(
            "step 0: evaluation", "step 2/40  loss 1.2346  5,120 tokens/s  0:01:16 left");
  }

  @Test
  void printsAtLeastEveryMinute() {
    progress.begin(0, 1_000_000);
    for (int i = 1; i <= 60; i++) {
      step(i);
    }
    // 60 steps of 2 s are two minutes
    assertThat(out.toString().lines()).hasSize(2).first().asString().startsWith("step 30/1000000");
  }

  @Test
  void aBarShowsStepsAndNotes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Progress bar = new BarProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8))) {
      bar.begin(10, 20);
      bar.step(new Step(11, 0.5, 1000));
      bar.note("eval loss 0.4");
      bar.step(new Step(20, 0.25, 2000));
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("\u001b[2Keval loss 0.4" + System.lineSeparator())
        .contains("20/20")
        .endsWith(System.lineSeparator());
  }
}

package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class RolloutBenchCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void itTellsWhatOfAStepGoesIntoAnswering() {
    assertThat(bench("--shape", "4x3,2x2", "--samples", "2", "--rounds", "1")).isZero();
    // 2 prompts of 2 answers each, then one
    assertThat(out.toString())
        .contains(
            "2 prompts of 32 x 2 answers of 3: answering ", "1 prompts of 32 x 2 answers of 2: ")
        .containsPattern("answering is \\d+ % of it");
  }

  @Test
  void answersAreReadAgainOnlyWhereSeveralStepsLearnFromThem() {
    assertThat(bench("--shape", "2x2", "--samples", "1", "--rounds", "1")).isZero();
    assertThat(out.toString()).contains("old log-probabilities 0 ms").contains(" ms in 1;");
    assertThat(bench("--shape", "2x2", "--samples", "1", "--rounds", "1", "--minibatches", "2"))
        .isZero();
    assertThat(out.toString()).contains(" ms in 2;");
  }

  @Test
  void whatCannotBeMeasuredIsRefused() {
    assertThat(bench("--shape", "64x64", "--samples", "7")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--shape must have a multiple of the 7 answers to each prompt, was 64x64");
    assertThat(bench("--shape", "8x4", "--minibatches", "2")).isEqualTo(2);
    assertThat(err.toString()).contains("--minibatches must be <= 1, was 2");
  }

  private int bench(String... more) {
    String[] first = {"bench", "rollout", "models/tiny-base", "--device", "cpu"};
    String[] all = new String[first.length + more.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return Luthier.run(all, new PrintWriter(out), new PrintWriter(err));
  }
}

package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saved adapters listed, shown and combined. */
class AdapterCommandTest {
  private static final String FILES = "src/test/resources/composition";

  @TempDir Path dir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int luthier(String... args) {
    return Luthier.run(args, new PrintWriter(out), new PrintWriter(err));
  }

  @Test
  void listsWhatLiesBelowAFolder() {
    assertThat(luthier("adapter", "list", FILES)).isZero();
    // a: q_proj 2 x (64 + 64), v_proj 2 x (64 + 32)
    assertThat(out.toString())
        .contains("composition/a  lora, 448 weights, for llama")
        .contains("composition/c  lora, 960 weights, for llama");
    assertThat(luthier("adapter", "list", dir.toString())).isEqualTo(2);
    assertThat(err.toString()).startsWith("error: no folder below " + dir);
  }

  @Test
  void makesOneOfSeveral() {
    Path into = dir.resolve("both");
    String[] args = {
      "adapter", "compose", FILES + "/a", FILES + "/c", "--weights", "0.7,0.3", "--into", "" + into
    };
    assertThat(luthier(args)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("saved     " + into + " (cat of 2 adapters)");
    assertThat(luthier("adapter", "info", into.toString())).isZero();
    assertThat(out.toString()).containsPattern("rank +5").contains("weights");
    assertThat(luthier(args)).isEqualTo(2);
    assertThat(err.toString()).contains(into + " is not empty; choose another folder");
  }

  @Test
  void whatDoesNotFitLeavesNothing() {
    Path into = dir.resolve("both");
    assertThat(
            luthier(
                "adapter",
                "compose",
                FILES + "/a",
                FILES + "/c",
                "--how",
                "ties",
                "--into",
                into.toString()))
        .isEqualTo(2);
    assertThat(err.toString()).startsWith("error: ties needs adapters of one rank").hasLineCount(1);
    assertThat(Files.exists(into)).isFalse();
  }

  @Test
  void swaps() {
    assertThat(luthier("bench", "swap", "--rounds", "3")).as(err.toString()).isZero();
    assertThat(out.toString()).containsPattern("swapped in \\d+\\.\\d{3} ms \\(median of 3");
  }
}

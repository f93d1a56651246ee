package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code generate --best-of}. */
class BestOfCommandTest {
  private static final String LETTERS = "{regex: {pattern: '[a-m]'}}";
  @TempDir static Path dir;
  private static TinyRun tiny;
  private static Path prompts;

  @BeforeAll
  static void write() throws IOException {
    tiny = TinyRun.in(dir.resolve("tiny"));
    List<String> rows = Files.readAllLines(tiny.dir().resolve("train.jsonl"));
    prompts = Files.write(dir.resolve("prompts.jsonl"), rows.subList(0, 4));
  }

  private static Said generate(String... more) {
    List<String> args = new ArrayList<>(List.of("generate", tiny.model().toString()));
    args.addAll(List.of("--plain", "--device", "cpu", "--max-new-tokens", "5"));
    args.addAll(List.of(more));
    return Said.luthier(args.toArray(String[]::new));
  }

  /** The answer is the first one that is worth most, and the curve ends at the mean of these. */
  @Test
  void choosesForEachRowOfAFile() throws IOException {
    Said said =
        generate(
            "--prompts",
            prompts.toString(),
            "--temperature",
            "1",
            "--best-of",
            "4",
            "--by",
            LETTERS,
            "--gold",
            "exact_match");
    assertThat(said.code()).as(said.err()).isZero();
    List<String> lines = said.out().lines().toList();
    assertThat(lines).hasSize(4);
    double sum = 0;
    for (String line : lines) {
      JsonNode row = new ObjectMapper().readTree(line);
      double most = 0;
      for (JsonNode score : row.path("scores")) {
        most = Math.max(most, score.asDouble());
      }
      assertThat(row.path("worth").asDouble()).isEqualTo(most);
      assertThat(row.path("gold").asDouble()).isZero(); // a random model says nothing right
      int first = 0;
      while (row.path("scores").get(first).asDouble() < most) {
        first++;
      }
      assertThat(row.path("answer")).isEqualTo(row.path("answers").get(first));
      sum += most;
    }
    assertThat(said.err())
        .containsPattern("(?m)^ +n +KL +score +gold$")
        .containsPattern("(?m)^ +4 +0\\.636 +%.4f +0\\.0000$".formatted(sum / 4));
  }

  @Test
  void choosesForOnePrompt() {
    Said said = generate("Say it", "--temperature", "1", "--best-of", "64", "--by", LETTERS);
    assertThat(said.code()).as(said.err()).isZero();
    assertThat(said.out()).containsPattern("[a-m]"); // of 64, some have such a letter
    assertThat(said.err()).contains("worth 1.0000; the mean of 64 answers is 0.");
  }

  private static void refused(String line, String... args) {
    Said said = generate(args);
    assertThat(said.code()).as(said.all()).isEqualTo(2);
    assertThat(said.err().strip().lines()).hasSize(1);
    assertThat(said.err()).contains(line);
  }

  @Test
  void refusesWhatDoesNotGoTogether() {
    refused("--by and --gold are for --best-of; add it", "x", "--by", "length");
    refused("--best-of needs --by", "x", "--temperature", "1", "--best-of", "2");
    refused("set --temperature, 1 for", "x", "--best-of", "2", "--by", "length");
    refused(
        "--best-of gives one answer; leave out --samples",
        "x",
        "--best-of",
        "2",
        "--by",
        "length",
        "--samples",
        "3",
        "--temperature",
        "1");
    refused(
        "--by must be exactly one of", "x", "--best-of", "2", "--temperature", "1", "--by", "{}");
    refused(
        "--by column scores answers of a file",
        "x",
        "--best-of",
        "2",
        "--temperature",
        "1",
        "--by",
        "column");
    refused(
        "exact_match finds no expected answer",
        "x",
        "--best-of",
        "2",
        "--temperature",
        "1",
        "--by",
        "exact_match");
  }
}

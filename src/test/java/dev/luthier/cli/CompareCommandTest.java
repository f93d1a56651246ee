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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two models on the same prompts, by the command line. */
class CompareCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path dir;
  private Path model;
  private Path adapter;

  /** Teaches the small model to say one word, whatever it is asked. */
  @BeforeEach
  void teach() throws IOException {
    TinyRun tiny = TinyRun.in(dir.resolve("tiny"));
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      rows.add("{\"prompt\": \"Well %d? \", \"completion\": \"yes\"}".formatted(i));
    }
    Files.write(dir.resolve("tiny/train.jsonl"), rows);
    Said.ok(
        "train",
        tiny.recipe().toString(),
        "--data.holdout=0",
        "--optim.epochs=null",
        "--optim.max_steps=30",
        "--optim.lr=2e-2",
        "--checkpoint.every=never");
    model = tiny.model();
    adapter = tiny.out().resolve("adapter");
  }

  private Path data(String... rows) throws IOException {
    return Files.write(dir.resolve("asked.jsonl"), List.of(rows));
  }

  private Said compare(Path data, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "compare", model.toString(), "--data", data.toString(), "--max-new-tokens", "8"));
    args.addAll(List.of(more));
    return Said.luthier(args.toArray(String[]::new));
  }

  /** The adapter always says yes, the random model never does: it wins where yes is expected. */
  @Test
  void anAdapterAgainstItsModel() throws IOException {
    Path data =
        data(
            "{\"prompt\": \"Well 40? \", \"completion\": \"yes\"}",
            "{\"prompt\": \"Well 41? \", \"completion\": \"no\"}",
            "{\"prompt\": \"Well 42? \", \"completion\": \"yes\"}");
    Path out = dir.resolve("out");
    Said said =
        compare(
            data,
            "--adapter",
            adapter.toString(),
            "--judge",
            "exact_match",
            "--out",
            out.toString());
    assertThat(said.code()).as(said.all()).isZero();
    assertThat(said.out())
        .contains("win rate                0.833", "2 won, 1 ties, 0 lost") // (2 + 1 / 2) / 3
        .contains("mean score              0.000 -> 0.667; the data's answers 1.000")
        .contains("tokens of an answer     8.0 -> 4.0 (mean)"); // y, e, s and the end
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(out.resolve("answers.jsonl"))) {
      lines.add(JSON.readTree(line));
    }
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0).path("after").path("text").asText()).isEqualTo("yes");
    assertThat(lines.get(0).path("better").asText()).isEqualTo("after");
    assertThat(lines.get(1).path("better").asText()).isEqualTo("none");
    assertThat(Files.readString(out.resolve("compare.html")))
        .contains("Well 40?", "2 won, 1 ties, 0 lost", adapter.toString(), "better, score 1.000");
    assertThat(compare(data, "--adapter", adapter.toString(), "--out", out.toString()).err())
        .contains("is not empty; choose another folder");
  }

  /** Turned round, it loses; a prompt needs no answer, and what else the row says is looked at. */
  @Test
  void promptsAlone() throws IOException {
    Path data = data("{\"prompt\": \"Well 40? \", \"answer\": \"yes\"}");
    Said said =
        compare(
            data,
            "--against-adapter",
            adapter.toString(),
            "--judge",
            "{ exact_match: { column: answer } }");
    assertThat(said.code()).as(said.all()).isZero();
    assertThat(said.out()).contains("0 won, 0 ties, 1 lost").contains("mean score");
    assertThat(said.out()).doesNotContain("the data's answers");
    assertThat(compare(data, "--adapter", adapter.toString()).out())
        .contains("win rate                not measured: no judge");
  }

  private void refused(String line, Path data, String... more) {
    Said said = compare(data, more);
    assertThat(said.code()).isEqualTo(2);
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).contains(line);
  }

  @Test
  void wrongInput() throws IOException {
    Path data = data("{\"prompt\": \"Well 40? \"}");
    String own = adapter.toString();
    refused("would be compared with itself", data);
    refused("give --by-reward or --judge, not both", data, "--by-reward", "x", "--judge", "x");
    refused("--by-reward must be MODEL or MODEL,ADAPTER, was a,", data, "--by-reward", "a,");
    refused("eval.compare.judge", data, "--adapter", own, "--judge", "oracle");
    refused(
        "eval.compare.judge: %s gives no reward".formatted(model),
        data,
        "--adapter",
        own,
        "--by-reward",
        model.toString());
    refused(
        "asked.jsonl line 1: exact_match finds no expected answer in column \"expected\"",
        data,
        "--adapter",
        own,
        "--judge",
        "exact_match");
    refused("--limit must be >= 1, was 0", data, "--adapter", own, "--limit", "0");
    refused("there is no data file", dir.resolve("nowhere.jsonl"), "--adapter", own);
    refused(
        "the columns are text, of which none is a prompt",
        data("{\"text\": \"a\"}"),
        "--adapter",
        own);
  }
}

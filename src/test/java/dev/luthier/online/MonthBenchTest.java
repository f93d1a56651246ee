package dev.luthier.online;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.TinyRun;
import dev.luthier.error.UserError;
import dev.luthier.rater.Filter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A month of one cycle with a random model of 115,008 weights. */
class MonthBenchTest {
  private static final Path CHATS = Path.of("data/tiny-chat");
  private static final int SHORT = 200; // characters with all names; the model reads 128
  private static final int ROWS = 24;

  private static MonthPlan plan(Path dir, String output) {
    return new MonthPlan(
        dir.resolve("model"),
        dir.resolve("data"),
        dir.resolve(output),
        1,
        1,
        0.3,
        10,
        6,
        3,
        0.2,
        10,
        6,
        4);
  }

  private static void prepare(Path dir) throws IOException {
    TinyRun.in(dir);
    Files.copy(
        Path.of("models/tiny-base/chat_template.jinja"), dir.resolve("model/chat_template.jinja"));
    Files.createDirectories(dir.resolve("data"));
    for (String name : new String[] {"sft-train.jsonl", "sft-eval.jsonl"}) {
      Files.write(
          dir.resolve("data").resolve(name),
          Files.readAllLines(CHATS.resolve(name)).stream()
              .filter(line -> line.length() < SHORT)
              .limit(ROWS)
              .toList());
    }
  }

  @Test
  void theSameSeedIsTheSameMonth(@TempDir Path dir) throws IOException {
    prepare(dir);
    StringWriter text = new StringWriter();
    MonthBench.run(plan(dir, "one"), Optional.of(Filter.USUAL), true, new PrintWriter(text, true));
    assertThat(text.toString())
        .contains(MonthCycle.HEAD)
        .contains("| cycle | filter | no filter | all honest | never tuned | precision | recall |");
    JsonNode one = read(dir.resolve("one"));
    assertThat(one.at("/arms/filter")).hasSize(2);
    assertThat(one.at("/arms/filter/1/votes").asInt()).isPositive();
    assertThat(one.at("/arms/filter/0/score")).isEqualTo(one.at("/arms/no filter/0/score"));
    assertThatThrownBy(() -> again(plan(dir, "one")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("holds this month already");
    Files.move(dir.resolve("one/seed-1"), dir.resolve("one/before"));
    again(plan(dir, "one"));
    assertThat(read(dir.resolve("one")).at("/arms/filter")).isEqualTo(one.at("/arms/filter"));
  }

  /** The way with the filter alone. */
  private static void again(MonthPlan plan) {
    MonthBench.run(
        plan, Optional.of(Filter.USUAL), false, new PrintWriter(new StringWriter(), true));
  }

  private static JsonNode read(Path output) throws IOException {
    return new ObjectMapper().readTree(output.resolve("month-1.json").toFile());
  }
}

package dev.luthier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.advise.Question;
import dev.luthier.advise.Written;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code luthier advise}. */
class AdviseCommandTest {
  private static final String CHATS = "data/tiny-chat/sft-train.jsonl";
  private static final String PAIRS = "data/tiny-chat/preference-train.jsonl";

  @TempDir Path dir;

  private String recipe(String objective, String tuning, String data) throws IOException {
    Path classes = dir.resolve("classes.jsonl");
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      rows.append("{\"text\": \"text number %d\", \"label\": \"%s\"}%n".formatted(i, i % 2));
    }
    Files.writeString(classes, rows);
    String said =
        data.replace("CHATS", CHATS).replace("PAIRS", PAIRS).replace("CLASSES", classes.toString());
    Path file = dir.resolve("recipe.yaml");
    Files.writeString(file, Written.recipe(objective, tuning, said.replace(';', ',')));
    return file.toString();
  }

  /** Each kind of recipe, on data that ships. */
  @ParameterizedTest
  @CsvSource({
    "sft, qlora, demonstrations=CHATS",
    "classify, lora, classes=CLASSES",
    "dpo, adapters, pairs=PAIRS",
    "orpo-outcome, lora, pairs=data/tiny-chat/mistaken-train.jsonl;outcomes",
    "orpo-odds, ia3, pairs=PAIRS",
    "kto, lora, labels=PAIRS",
    "gpo, prefix, grades=PAIRS",
    "grpo, full, verifiable=CHATS",
    "ppo, lora, verifiable=CHATS",
    "rlhf, lora, demonstrations=CHATS;pairs=PAIRS",
    "rlaif, lora, demonstrations=CHATS;judge=CHATS",
    "online, dora, live;pairs=PAIRS"
  })
  void itsRecipesPassADryRun(String objective, String tuning, String data) throws IOException {
    String out = Said.ok("train", recipe(objective, tuning, data), "--dry-run");
    assertThat(out).contains("models/tiny-base");
  }

  @ParameterizedTest
  @CsvSource({
    "sft, lora, demonstrations=CHATS, 2",
    "dpo, ia3, pairs=PAIRS, 2",
    "grpo, lora, verifiable=CHATS, 1"
  })
  void threeOfThemTrain(String objective, String tuning, String data, int steps)
      throws IOException {
    String output = dir.resolve("run").toString();
    Said.ok(
        "train",
        recipe(objective, tuning, data),
        "--optim.max_steps=" + steps,
        "--optim.batch=4",
        "--optim.micro_batch=4",
        "--data.train={path: %s, limit: 40}".formatted(data.contains("CHATS") ? CHATS : PAIRS),
        "--eval.every=never",
        "--eval.generate=0",
        "--output=" + output);
    assertThat(dir.resolve("run/adapter")).isDirectory();
  }

  @Test
  void itAdvisesPlansAndWrites() throws IOException {
    Path file = dir.resolve("advised.yaml");
    String out =
        Said.ok(
            "advise",
            "--model=models/tiny-base",
            "--device=cpu",
            "--memory=16GB",
            "--data=demonstrations=" + CHATS,
            "--length=64",
            "--json",
            "--write=" + file);
    JsonNode said = new ObjectMapper().readTree(out);
    assertThat(said.path("fit").asText()).isEqualTo("all-weights");
    JsonNode first = said.path("advised").get(0);
    assertThat(first.path("objective").asText()).isEqualTo("sft");
    assertThat(first.path("tuning").asText()).isEqualTo("lora");
    assertThat(first.path("adapter_bytes").asLong()).isEqualTo(4 * 598_016);
    assertThat(first.path("peak_bytes").asLong()).isBetween(200_000_000L, 3_000_000_000L);
    assertThat(said.path("candidates").size()).isEqualTo(12 + 11);
    assertThat(Files.readString(file)).isEqualTo(first.path("recipe").asText());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--data=demonstrations | --model is missing",
        "--model=9B --data=pairs | --model must be a model's folder or one of the sizes 0.5B, 1B",
        "--model=8B | --data is missing",
        "--model=8B --data=prose | --data must be one of demonstrations, pairs",
        "--model=8B --data=pairs=nowhere.jsonl | --data pairs=nowhere.jsonl: there is no such file",
        "--model=8B --data=pairs --device=abacus | --device must be one of cpu, gpu",
        "--model=8B --data=pairs --device=gpu | --memory must say how much the GPU has",
        "--model=8B --data=pairs --memory=24 | --memory must be an amount of memory such as 24GB",
        "--model=8B --data=pairs --wishes=speed | --wishes must be one of simple, established",
        "--model=8B --data=pairs --quality=fine | --quality must be one of enough, good, best",
        "--model=8B --data=pairs --hours=soon | --hours must be a number, was soon",
        "--model=8B --data=pairs --hours=0 | --hours must be > 0, was 0",
        "--model=8B --data=pairs --tasks=0 | --tasks must be >= 1, was 0",
        "--model=8B --data=pairs --rows=many | --rows must be a whole number, was many",
        "--model=8B --data=pairs --tuned=perhaps | --tuned must be yes or no, was perhaps",
        "--model=8B --data=pairs --write=pom.xml | pom.xml is there already"
      })
  void wrongFlagsAreOneLine(String line) {
    String[] parts = line.split(" \\| ");
    Said said = Said.luthier(("advise " + parts[0]).split(" "));
    assertThat(said.code()).isEqualTo(2);
    assertThat(said.err()).startsWith("error: " + parts[1]);
    assertThat(said.err().strip().lines().count()).isEqualTo(1);
  }

  @Test
  void asksForWhatNoFlagSays() {
    StringWriter out = new StringWriter();
    Map<String, String> given = new LinkedHashMap<>(Map.of("model", "8B"));
    BufferedReader in = new BufferedReader(new StringReader("yes\n\n24GB\npairs\n"));
    new AdviseQuestions(in, new PrintWriter(out)).ask(given);
    assertThat(given)
        .containsEntry("tuned", "yes")
        .containsEntry("memory", "24GB")
        .containsEntry("data", "pairs")
        .doesNotContainKeys("device", "tasks"); // an empty line, and the end of the input
    assertThat(out.toString())
        .contains(Question.DEVICE.text(), "[no]")
        .doesNotContain(Question.MODEL.text());
  }
}

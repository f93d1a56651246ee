package dev.luthier.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.luthier.error.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Every form on a real file. The row counts are those of the files' SOURCE.txt. */
class RealDataTest {
  private static final Path SHARED = Path.of("../shared/data");

  private static DataSet shared(String name, Map<String, String> columns) {
    Path file = SHARED.resolve(name);
    assumeTrue(Files.exists(file), "needs " + file);
    return new DataSet(
        file.toString(),
        Optional.empty(),
        new Columns(columns),
        OptionalDouble.empty(),
        OptionalLong.empty());
  }

  @Test
  void messagesThatShipWithTheProject() {
    Samples samples = DataSet.of("data/tiny-chat/sft-train.jsonl").load();
    assertThat(samples.list()).hasSize(2400);
    assertThat(samples.refused()).isEmpty();
    assertThat(samples.list().get(0).example()).isInstanceOf(Example.Chat.class);
  }

  @Test
  void preferencePairsAreNoFormToImitate() {
    assertThatThrownBy(() -> DataSet.of("data/tiny-chat/preference-train.jsonl").load())
        .isInstanceOf(UserError.class)
        .hasMessageContaining("line 1: the columns are prompt, chosen, rejected");
  }

  @Test
  void alpaca() {
    Samples samples = shared("instruction-demo/alpaca_en.json", Map.of()).load();
    assertThat(samples.rows()).isEqualTo(999);
    assertThat(samples.list().size() + samples.refused().size()).isEqualTo(999);
    assertThat(samples.notes().get(0)).endsWith("999 rows, form alpaca");
    assertThat(samples.refused()).isEmpty();
  }

  @Test
  void shareGptWithTools() {
    Samples samples = shared("instruction-demo/toolcall_sharegpt_en.json", Map.of()).load();
    assertThat(samples.list()).hasSize(300);
    long calls =
        samples.list().stream()
            .flatMap(s -> ((Example.Chat) s.example()).messages().stream())
            .filter(m -> m.fields().containsKey("tool_calls"))
            .count();
    assertThat(calls).isEqualTo(211); // turns from function_call in the file
    Example.Chat first = (Example.Chat) samples.list().get(0).example();
    assertThat(first.tools().get(0)).containsEntry("type", "function");
  }

  @Test
  void promptAndCompletionUnderOtherNames() {
    Samples samples =
        shared("gsm8k/test.jsonl", Map.of("prompt", "question", "completion", "answer")).load();
    assertThat(samples.list()).hasSize(1319);
    assertThat(((Example.PromptCompletion) samples.list().get(0).example()).prompt())
        .startsWith("Janet");
  }

  @Test
  void columnsInsideLists() {
    Samples samples =
        shared(
                "self-instruct/seed_tasks.jsonl",
                Map.of("input", "instances.0.input", "output", "instances.0.output"))
            .load();
    assertThat(samples.rows()).isEqualTo(175);
    assertThat(samples.notes().get(0)).endsWith("form alpaca");
    assertThat(samples.list()).isNotEmpty();
  }

  @Test
  void textFromCsv() {
    Samples samples = shared("banking77/test.csv", Map.of()).load();
    assertThat(samples.list()).hasSize(3080);
    assertThat(samples.notes().get(0)).endsWith("form text");
  }

  @Test
  void messagesWithALabelBesideThem() {
    assertThat(shared("preference-demo/kto_en.json", Map.of()).load().list()).hasSize(300);
  }
}

package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a multitask prompt began as, in PEFT's words. */
final class MultitaskFormat {
  private static final String AVERAGE = "AVERAGE_SOURCE_TASKS";
  private static final String EXACT = "EXACT_SOURCE_TASK";
  private static final String SHARED = "ONLY_SOURCE_SHARED";
  private static final String PATH = "prompt_tuning_init_state_dict_path";
  private static final String TASK = "prompt_tuning_init_task";

  private MultitaskFormat() {}

  /** Where it was a trained prompt. The values are those of the adapter's file, not of that one. */
  static Optional<MultitaskStart> start(JsonNode json) {
    String word = json.path(PromptFormats.START).asText("");
    if (!List.of(AVERAGE, EXACT, SHARED).contains(word)) {
      return Optional.empty();
    }
    String path = json.path(PATH).asText("");
    if (!path.endsWith(".safetensors")) {
      return Optional.of(new Start.Random());
    }
    Path from = Path.of(path);
    return Optional.of(
        switch (word) {
          case AVERAGE -> new MultitaskStart.AverageSourceTasks(from);
          case EXACT -> new MultitaskStart.ExactSourceTask(from, json.path(TASK).asInt(0));
          default -> new MultitaskStart.OnlySourceShared(from);
        });
  }

  /**
   * Writes a start from a trained prompt.
   *
   * @return what is left to be written in the words of all prompts
   */
  static Optional<Start> begun(MultitaskStart start, Map<String, Object> out) {
    if (start instanceof Start words) {
      // SAMPLE_VOCAB is no word of PEFT's here
      return Optional.of(words instanceof Start.Vocabulary ? new Start.Random() : words);
    }
    if (start instanceof MultitaskStart.AverageSourceTasks average) {
      write(out, AVERAGE, average.from());
    } else if (start instanceof MultitaskStart.ExactSourceTask exact) {
      write(out, EXACT, exact.from());
      out.put(TASK, exact.task());
    } else {
      write(out, SHARED, ((MultitaskStart.OnlySourceShared) start).from());
    }
    return Optional.empty();
  }

  private static void write(Map<String, Object> out, String word, Path from) {
    out.put(PromptFormats.START, word);
    out.put(PATH, from.toString());
  }
}

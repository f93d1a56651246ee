package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.nio.file.Path;
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
    String path = json.path(PATH).asText("");
    boolean readable = path.endsWith(".safetensors");
    return switch (word) {
      case AVERAGE, EXACT, SHARED ->
          Optional.of(readable ? start(word, Path.of(path), json) : new Start.Random());
      default -> Optional.empty();
    };
  }

  private static MultitaskStart start(String word, Path path, JsonNode json) {
    return switch (word) {
      case AVERAGE -> new MultitaskStart.AverageSourceTasks(path);
      case EXACT -> new MultitaskStart.ExactSourceTask(path, json.path(TASK).asInt(0));
      case SHARED -> new MultitaskStart.OnlySourceShared(path);
      default -> throw new UserError(word + " is not built");
    };
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

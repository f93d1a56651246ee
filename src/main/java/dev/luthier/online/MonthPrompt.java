package dev.luthier.online;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.DataFiles;
import dev.luthier.data.FileKind;
import dev.luthier.data.Row;
import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A prompt of the month.
 *
 * @param messages each with role and content
 * @param expected the right answer, without form
 */
record MonthPrompt(List<Map<String, Object>> messages, String expected) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Those of a file of chats, whose last message is the right answer. */
  static List<MonthPrompt> read(Path file) {
    List<MonthPrompt> out = new ArrayList<>();
    DataFiles.read(file.toString(), FileKind.BY_NAME, Long.MAX_VALUE, row -> out.add(of(row)));
    if (out.isEmpty()) {
      throw new UserError(file + " holds no chats");
    }
    return out;
  }

  private static MonthPrompt of(Row row) {
    List<Map<String, Object>> messages = new ArrayList<>();
    if (row.columns().get("messages") instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> map) {
          Map<String, Object> message = new LinkedHashMap<>();
          message.put("role", String.valueOf(map.get("role")));
          message.put("content", String.valueOf(map.get("content")));
          messages.add(message);
        }
      }
    }
    int last = messages.size() - 1;
    if (last < 1) {
      throw new UserError(row.place() + ": a chat with a question and its answer is needed");
    }
    return new MonthPrompt(
        List.copyOf(messages.subList(0, last)), String.valueOf(messages.get(last).get("content")));
  }

  /** The messages as JSON. */
  String json() {
    return json(messages);
  }

  /** The whole chat with an answer, as a row to imitate. */
  String answered(String answer) {
    List<Object> all = new ArrayList<>(messages);
    all.add(turn(answer));
    return json(Map.of("messages", all));
  }

  /** Two answers as a row of preferences. */
  String preferred(String chosen, String rejected, double probability) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("prompt", messages);
    out.put("chosen", List.of(turn(chosen)));
    out.put("rejected", List.of(turn(rejected)));
    out.put("probability", probability);
    return json(out);
  }

  private static Map<String, String> turn(String answer) {
    Map<String, String> out = new LinkedHashMap<>();
    out.put("role", "assistant");
    out.put("content", answer);
    return out;
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}

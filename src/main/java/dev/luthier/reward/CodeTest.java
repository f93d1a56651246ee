package dev.luthier.reward;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One test of code, as data sets have them. */
sealed interface CodeTest {
  /** Code that stands behind the answer's and fails where that is wrong. */
  record Script(String code) implements CodeTest {}

  /** What the program reads, and what it has to print. */
  record Case(String input, String output) implements CodeTest {}

  /**
   * The tests of a row: a script; a list of scripts (MBPP), each a test of its own; a list of
   * {@code {input, output}}; or {@code {inputs: [...], outputs: [...]}} (APPS). A text that is a
   * JSON list or object counts as what it says.
   *
   * @throws UserError naming the row where there are none
   */
  static List<CodeTest> of(Asked asked, String column) {
    Object value = asked.columns().get(column);
    if (value == null) {
      throw new UserError(
          "%s: code finds no tests in column \"%s\"; columns are %s"
              .formatted(asked.place(), column, asked.columns().keySet()));
    }
    List<CodeTest> out = new ArrayList<>();
    Object read = value instanceof String text ? json(text) : value;
    if (read instanceof Map<?, ?> map
        && map.get("inputs") instanceof List<?> inputs
        && map.get("outputs") instanceof List<?> outputs
        && inputs.size() == outputs.size()) {
      for (int i = 0; i < inputs.size(); i++) {
        out.add(new Case(text(inputs.get(i)), text(outputs.get(i))));
      }
    } else {
      for (Object one : read instanceof List<?> list ? list : List.of(read)) {
        if (one instanceof String code && !code.isBlank()) {
          out.add(new Script(code));
        } else if (one instanceof Map<?, ?> map
            && map.containsKey("input")
            && map.containsKey("output")) {
          out.add(new Case(text(map.get("input")), text(map.get("output"))));
        } else {
          throw wrong(asked, column, value);
        }
      }
    }
    if (out.isEmpty()) {
      throw wrong(asked, column, value);
    }
    return out;
  }

  private static UserError wrong(Asked asked, String column, Object value) {
    return new UserError(
        "%s: column \"%s\" must hold a script, a list of scripts or of {input, output}, or {inputs: [], outputs: []}, but holds \"%.60s\""
            .formatted(asked.place(), column, value));
  }

  private static Object json(String text) {
    String stripped = text.strip();
    if (!stripped.startsWith("[") && !stripped.startsWith("{")) {
      return text;
    }
    try {
      return new ObjectMapper().readValue(stripped, Object.class);
    } catch (JsonProcessingException e) {
      return text; // a script that begins with a bracket
    }
  }

  /** Lines that a list gives one by one are joined. */
  private static String text(@Nullable Object value) {
    return value instanceof List<?> lines
        ? String.join("\n", lines.stream().map(String::valueOf).toList())
        : String.valueOf(value);
  }
}

package dev.luthier.recipe;

import dev.luthier.error.UserError;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.DuplicateKeyException;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** YAML 1.2 as plain data: 1e-3 is a number there, and yes, no, on and off are text. */
final class Yaml {
  private static final LoadSettings LOAD =
      LoadSettings.builder()
          .setSchema(new CoreSchema())
          .setDefaultMap(LinkedHashMap::new)
          .setAllowNonScalarKeys(false)
          .build();
  private static final DumpSettings DUMP =
      DumpSettings.builder()
          .setSchema(new CoreSchema())
          .setDefaultFlowStyle(FlowStyle.BLOCK)
          .setWidth(4096)
          .setDereferenceAliases(true)
          .build();

  private Yaml() {}

  /**
   * @return Map, List, String, Integer, Long, BigInteger, Double, Boolean or null
   * @throws UserError with line and column, if the text is not YAML
   */
  static @Nullable Object parse(String text) {
    try {
      return new Load(LOAD).loadFromString(text);
    } catch (MarkedYamlEngineException e) {
      String problem = e.getProblem() == null ? "" : e.getProblem();
      if (e instanceof DuplicateKeyException) {
        problem = problem.replaceFirst("found duplicate key (.*)", "key $1 is written twice");
      }
      String context =
          e.getContext() == null || e.getContext().isEmpty() ? "" : " " + e.getContext();
      String place =
          e.getProblemMark()
              .map(m -> "line %d, column %d: ".formatted(m.getLine() + 1, m.getColumn() + 1))
              .orElse("");
      throw new UserError(place + "not YAML: " + oneLine(problem + context), e);
    } catch (YamlEngineException e) {
      throw new UserError("not YAML: " + oneLine(String.valueOf(e.getMessage())), e);
    }
  }

  /** The data as YAML, one key a line. */
  static String print(Object data) {
    return new Dump(DUMP).dumpToString(data);
  }

  /**
   * A value as it stands in an error: text in quotes, the rest as it is, and not too much of it.
   */
  static String quote(@Nullable Object value) {
    if (value == null) {
      return "empty";
    }
    String text = value instanceof String ? "\"" + value + "\"" : value.toString();
    if (value instanceof List || value instanceof java.util.Map) {
      text = (value instanceof List ? "a list " : "a map ") + text;
    }
    return oneLine(text.length() > 80 ? text.substring(0, 77) + "..." : text);
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}

package dev.luthier.recipe;

import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts the paths of artefacts where a stage says <code>${stage.artefact}</code>. In a text of
 * another purpose <code>$${</code> stands for <code>${</code>.
 *
 * @param own the stage that is read; empty outside of stages
 * @param earlier the artefacts of the stages before it
 * @param all the names of all stages
 */
public record StageReferences(String own, Map<String, Map<String, Path>> earlier, Set<String> all) {
  private static final Pattern MARK = Pattern.compile("(\\$?)\\$\\{(?:([^${}]*)\\})?");

  /** An artefact that is named. */
  public record Named(String stage, String artefact) {}

  /** Plain data with paths, and what was named in it. */
  public record Resolved(@Nullable Object value, Set<Named> named) {}

  public Resolved in(@Nullable Object value, String path) {
    Set<Named> named = new LinkedHashSet<>();
    return new Resolved(resolve(value, path, named), named);
  }

  private @Nullable Object resolve(@Nullable Object value, String path, Set<Named> named) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> out = new LinkedHashMap<>();
      map.forEach(
          (k, v) ->
              out.put(String.valueOf(k), resolve(v, Nearest.join(path, String.valueOf(k)), named)));
      return out;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> out = new ArrayList<>();
      list.forEach(v -> out.add(resolve(v, "%s[%d]".formatted(path, out.size()), named)));
      return out;
    }
    return value instanceof String text ? text(text, path, named) : value;
  }

  private String text(String text, String path, Set<Named> named) {
    Matcher mark = MARK.matcher(text);
    StringBuilder out = new StringBuilder();
    while (mark.find()) {
      String inside = mark.group(2);
      if (!mark.group(1).isEmpty()) {
        mark.appendReplacement(out, Matcher.quoteReplacement(mark.group().substring(1)));
      } else if (inside == null) {
        throw new UserError(
            "%s: a reference to a stage is ${stage.artefact}, and $${ where ${ itself is meant; was %s"
                .formatted(path, Yaml.quote(text)));
      } else {
        mark.appendReplacement(
            out, Matcher.quoteReplacement(artefact(inside.strip(), path, named).toString()));
      }
    }
    mark.appendTail(out);
    return out.toString();
  }

  private Path artefact(String inside, String path, Set<Named> named) {
    String where = "%s: ${%s}".formatted(path, inside);
    int dot = inside.indexOf('.');
    String stage = dot < 0 ? inside : inside.substring(0, dot);
    String name = dot < 0 ? "" : inside.substring(dot + 1);
    Map<String, Path> artefacts = earlier.get(stage);
    if (artefacts == null) {
      throw new UserError("%s: %s".formatted(where, unknown(stage)));
    }
    Path found = artefacts.get(name);
    if (found == null) {
      String leaves =
          artefacts.keySet().stream()
              .map(a -> "${%s.%s}".formatted(stage, a))
              .reduce((a, b) -> a + ", " + b)
              .orElseThrow();
      String hint =
          Nearest.word(name, artefacts.keySet())
              .map("; did you mean ${%s.%%s}?".formatted(stage)::formatted)
              .orElse("");
      throw new UserError(
          "%s: stage %s leaves no such thing; there are %s%s"
              .formatted(where, stage, leaves, hint));
    }
    named.add(new Named(stage, name));
    return found;
  }

  private String unknown(String stage) {
    if (stage.equals(own)) {
      return "a stage cannot take what it leaves itself";
    }
    if (all.contains(stage)) {
      return "stage %s comes later, and a stage takes from earlier ones only; write %s before %s"
          .formatted(stage, stage, own);
    }
    return Nearest.word(stage, all)
        .map("there is no stage %s; did you mean %%s?".formatted(stage)::formatted)
        .orElse("there is no stage %s; the stages are %s".formatted(stage, String.join(", ", all)));
  }
}

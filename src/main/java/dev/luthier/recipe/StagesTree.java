package dev.luthier.recipe;

import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A recipe of stages as plain data, with overrides in it.
 *
 * @param head all but the stages and the report
 * @param stages by name
 */
record StagesTree(
    Path file,
    Map<String, Object> head,
    Map<String, Map<String, Object>> stages,
    Optional<Object> report,
    List<KeyOverride> overrides) {
  static final String STAGES = "stages";
  static final String REPORT = "report";

  static StagesTree of(Path file, List<String> arguments) {
    List<KeyOverride> overrides = arguments.stream().map(KeyOverride::of).toList();
    Map<String, Object> head = Recipes.tree(file);
    overrides.stream().filter(o -> !isWithinStage(o)).forEach(o -> o.apply(head, StagesSpec.class));
    Map<String, Map<String, Object>> stages = new LinkedHashMap<>();
    plain(take(head, STAGES).orElse(Map.of()), file + ": stages must be a map of stages by name")
        .forEach(
            (name, stage) -> {
              if (stage != null || !isLeftOut(name, overrides)) {
                String rule =
                    "%s: stages.%s must be a recipe, or one of %s"
                        .formatted(file, name, String.join(", ", kinds()));
                stages.put(name, plain(stage, rule));
              }
            });
    checkNames(file, stages.keySet());
    StagesTree out = new StagesTree(file, head, stages, take(head, REPORT), overrides);
    overrides.stream().filter(StagesTree::isWithinStage).forEach(out::override);
    return out;
  }

  /** The names of the kinds that train nothing. */
  private static Set<String> kinds() {
    return Schema.variants(Work.class).keySet();
  }

  private static boolean is(String key, String written) {
    return Schema.norm(key).equals(Schema.norm(written));
  }

  private static Optional<Object> take(Map<String, Object> from, String key) {
    Optional<String> written = from.keySet().stream().filter(k -> is(key, k)).findFirst();
    return written.flatMap(k -> Optional.ofNullable(from.remove(k)));
  }

  private static Map<String, @Nullable Object> plain(@Nullable Object value, String rule) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new UserError("%s, was %s".formatted(rule, Yaml.quote(value)));
    }
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    map.forEach((k, v) -> out.put(String.valueOf(k), v));
    return out;
  }

  private static boolean isWithinStage(KeyOverride o) {
    return o.path().size() > 2 && is(STAGES, o.path().get(0));
  }

  /** {@code --stages.NAME=null}. */
  private static boolean isLeftOut(String name, List<KeyOverride> overrides) {
    return overrides.stream()
        .anyMatch(
            o ->
                o.path().size() == 2
                    && is(STAGES, o.path().get(0))
                    && o.path().get(1).equals(name)
                    && o.value() == null);
  }

  private static void checkNames(Path file, Set<String> names) {
    if (names.isEmpty()) {
      throw new UserError(file + ": stages must name at least one stage, was empty");
    }
    Map<String, String> folders = new LinkedHashMap<>(Map.of(REPORT, "the report"));
    for (String name : names) {
      if (!name.matches("[A-Za-z][A-Za-z0-9_-]*")) {
        throw new UserError(
            "%s: a stage's name is made of letters, digits, _ and -, and begins with a letter; was \"%s\""
                .formatted(file, name));
      }
      String twin = folders.put(name.toLowerCase(Locale.ROOT), "stage " + name);
      if (twin != null) {
        throw new UserError(
            "%s: %s and stage %s would write to the same folder; rename the stage"
                .formatted(file, twin, name));
      }
    }
  }

  private void override(KeyOverride o) {
    String name = o.path().get(1);
    Map<String, Object> stage = stages.get(name);
    if (stage == null) {
      String hint =
          Nearest.word(name, stages.keySet())
              .map("did you mean %s?"::formatted)
              .orElse("the stages are " + String.join(", ", stages.keySet()));
      throw new UserError("%s: there is no stage %s; %s".formatted(o.argument(), name, hint));
    }
    within(o).apply(stage, kind(stage).isPresent() ? Work.class : Recipe.class);
  }

  private static KeyOverride within(KeyOverride o) {
    return new KeyOverride(o.argument(), o.path().subList(2, o.path().size()), o.value());
  }

  /** The overrides of a stage, as its own recipe would have them. */
  List<KeyOverride> overrides(String stage) {
    return overrides.stream()
        .filter(o -> isWithinStage(o) && o.path().get(1).equals(stage))
        .map(StagesTree::within)
        .toList();
  }

  /** The kind, as it is written, of a stage that trains nothing. */
  static Optional<String> kind(Map<String, Object> stage) {
    return stage.size() != 1
        ? Optional.empty()
        : stage.keySet().stream()
            .filter(k -> kinds().stream().anyMatch(kind -> is(kind, k)))
            .findFirst();
  }

  /** What somebody meant by a kind that there is not, where a stage looks like one. */
  static Optional<String> meant(Map<String, Object> stage) {
    return stage.size() != 1
        ? Optional.empty()
        : Nearest.word(stage.keySet().iterator().next(), kinds());
  }

  /** As a file that says the same. */
  String text() {
    Map<String, Object> all = new LinkedHashMap<>(head);
    report.ifPresent(r -> all.put(REPORT, r));
    all.put(STAGES, stages);
    return Yaml.print(all);
  }
}

package dev.luthier.recipe;

import dev.luthier.doc.Shorthand;
import dev.luthier.doc.Written;
import dev.luthier.error.UserError;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code --key.path=value}: one value of a recipe replaced from the command line. The value is YAML
 * ({@code --optim.lr=1e-3}, {@code --data.train=[a.jsonl,b.jsonl]}, {@code --eval.patience=null});
 * maps that are not there are made; a number picks an element of a list.
 *
 * @param argument as it was typed
 * @param path the keys, outermost first
 */
record KeyOverride(String argument, List<String> path, @Nullable Object value) {

  /**
   * @throws UserError if the argument does not look like that
   */
  static KeyOverride of(String argument) {
    int equals = argument.indexOf('=');
    if (!argument.matches("(?s)--[A-Za-z][\\w-]*(\\.[\\w-]+)*=.*")) {
      throw new UserError(
          "%s: an override of the recipe is written --key.path=value".formatted(argument));
    }
    List<String> path = List.of(argument.substring(2, equals).split("\\."));
    try {
      return new KeyOverride(argument, path, Yaml.parse(argument.substring(equals + 1)));
    } catch (UserError e) {
      throw new UserError(argument + ": " + e.getMessage(), e);
    }
  }

  /** Whether an error about this key is about this override. */
  boolean sets(String key) {
    String own = Schema.norm(String.join(".", path));
    String other = Schema.norm(key);
    return other.equals(own) || other.startsWith(own + ".") || own.endsWith("." + other);
  }

  /** Changes the plain data of a recipe, whose record is {@code root}. */
  void apply(Map<String, Object> recipe, Class<?> root) {
    Object node = recipe;
    Type type = root;
    for (int i = 0; i < path.size() - 1; i++) {
      type = inside(type, path.get(i));
      Object child = get(node, path.get(i));
      Object opened = open(child, type, path.get(i + 1), String.join(".", path.subList(0, i + 1)));
      if (opened != child) {
        put(node, path.get(i), opened);
      }
      node = opened;
    }
    put(node, path.get(path.size() - 1), value);
  }

  /** The same value as a map or list, where that is only a longer way to write it. */
  private Object open(@Nullable Object value, @Nullable Type type, String next, String key) {
    if (value instanceof Map || (value instanceof List && next.matches("\\d+"))) {
      return value;
    }
    Class<?> raw = type == null ? Object.class : Schema.raw(type);
    if (type != null && (raw == List.class || raw == Optional.class)) {
      raw = Schema.raw(Schema.argument(type));
    }
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    if (value == null) {
      return map;
    }
    if (Binder.isChoice(raw) && value instanceof String name) {
      map.put(name, null);
      return map;
    }
    if (raw.isAnnotationPresent(Shorthand.class) && !(value instanceof List)) {
      map.put(Schema.keys(raw).get(0).name(), value);
      return map;
    }
    throw new UserError(
        "%s: %s is %s in the recipe; override it as a whole"
            .formatted(argument, key, Yaml.quote(value)));
  }

  private static @Nullable Type inside(@Nullable Type type, String key) {
    if (type == null) {
      return null;
    }
    Class<?> raw = Schema.raw(type);
    if (raw == List.class && key.matches("\\d+") || raw == Map.class) {
      return Schema.argument(type);
    }
    if (raw == List.class || raw == Optional.class) {
      return inside(Schema.argument(type), key);
    }
    if (Binder.isChoice(raw)) {
      return Schema.variants(raw).entrySet().stream()
          .filter(v -> Schema.norm(v.getKey()).equals(Schema.norm(key)))
          .<Type>map(v -> v.getValue().record())
          .findFirst()
          .orElse(null);
    }
    return !raw.isRecord() || Written.class.isAssignableFrom(raw)
        ? null
        : Schema.keys(raw).stream()
            .filter(k -> Schema.norm(k.name()).equals(Schema.norm(key)))
            .map(Schema.Key::type)
            .findFirst()
            .orElse(null);
  }

  @SuppressWarnings("unchecked") // plain YAML data: maps with text keys, and lists
  private @Nullable Object get(Object node, String key) {
    return node instanceof List<?> list
        ? list.get(index(list, key))
        : ((Map<String, Object>) node).get(spelled((Map<String, Object>) node, key));
  }

  @SuppressWarnings("unchecked")
  private void put(Object node, String key, @Nullable Object value) {
    if (node instanceof List<?> list) {
      ((List<@Nullable Object>) list).set(index(list, key), value);
    } else {
      Map<String, @Nullable Object> map = (Map<String, @Nullable Object>) node;
      map.put(spelled(map, key), value);
    }
  }

  private int index(List<?> list, String key) {
    int index = key.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(key);
    if (index >= list.size()) {
      throw new UserError(
          "%s: that list has %d elements, counted from 0".formatted(argument, list.size()));
    }
    return index;
  }

  /** The key as it is written in the map already, if it is. */
  private static String spelled(Map<String, ?> map, String key) {
    return map.keySet().stream()
        .filter(k -> Schema.norm(k).equals(Schema.norm(key)))
        .findFirst()
        .orElse(key);
  }
}

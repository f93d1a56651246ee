package dev.luthier.recipe;

import dev.luthier.doc.Shorthand;
import dev.luthier.doc.Written;
import dev.luthier.error.UserError;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Plain YAML data to records, strictly. Every key must be known and every required key there; a
 * sealed interface is a map with one key that names the variant, or that name alone; a list of one
 * may stand without brackets.
 *
 * @param root the record of the whole file, for suggestions
 * @param place turns a path as written into one that is found
 */
record Binder(Class<?> root, UnaryOperator<Path> place) {

  /** A sealed interface whose variants are picked by name. */
  static boolean isChoice(Class<?> type) {
    return type.isSealed() && !type.isEnum() && !Written.class.isAssignableFrom(type);
  }

  /** The value as the given type; {@code path} is its key, empty for the whole file. */
  Object bind(Type type, @Nullable Object value, String path) {
    Class<?> raw = Schema.raw(type);
    if (raw == Optional.class) {
      return value == null
          ? Optional.empty()
          : Optional.of(bind(Schema.argument(type), value, path));
    }
    if (raw == List.class) {
      return list(Schema.argument(type), value, path);
    }
    if (raw == Map.class) {
      Map<String, Object> out = new LinkedHashMap<>();
      map(value, path, "a map")
          .forEach((k, v) -> out.put(k, bind(Schema.argument(type), v, Nearest.join(path, k))));
      return out;
    }
    if (Written.class.isAssignableFrom(raw)) {
      return written(raw, value, path);
    }
    if (isChoice(raw)) {
      return choice(raw, value, path);
    }
    return raw.isRecord()
        ? record(new Schema.Variant(raw, Optional.empty()), value, path)
        : new Scalar(path, value).as(raw, place);
  }

  private List<Object> list(Type element, @Nullable Object value, String path) {
    if (value == null) {
      throw new UserError(path + " must be a list, was empty; write [] for none");
    }
    if (!(value instanceof List<?> values)) {
      return List.of(bind(element, value, path));
    }
    List<Object> out = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      out.add(bind(element, values.get(i), "%s[%d]".formatted(path, i)));
    }
    return out;
  }

  private Object choice(Class<?> sealed, @Nullable Object value, String path) {
    Map<String, Schema.Variant> variants = Schema.variants(sealed);
    String names = String.join(", ", variants.keySet());
    Map<String, Object> map =
        value instanceof String name
            ? new LinkedHashMap<>(Map.of(name, Map.of()))
            : map(value, path, "one of " + names);
    if (map.size() != 1) {
      throw new UserError(
          "%s must be exactly one of %s, was %s"
              .formatted(
                  path, names, map.isEmpty() ? "empty" : String.join(" and ", map.keySet())));
    }
    String written = map.keySet().iterator().next();
    for (Map.Entry<String, Schema.Variant> variant : variants.entrySet()) {
      if (Schema.norm(variant.getKey()).equals(Schema.norm(written))) {
        return record(variant.getValue(), map.get(written), Nearest.join(path, variant.getKey()));
      }
    }
    throw unknown(written, path, names);
  }

  private Object record(Schema.Variant type, @Nullable Object value, String path) {
    List<Schema.Key> keys = type.keys();
    boolean shorthand =
        value != null
            && !(value instanceof Map)
            && type.record().isAnnotationPresent(Shorthand.class);
    Map<String, Object> map =
        shorthand
            ? Map.of(keys.get(0).name(), value)
            : map(value == null ? Map.of() : value, path, "a map of keys");
    Map<String, String> spelled = new LinkedHashMap<>();
    for (String written : map.keySet()) {
      Schema.Key key =
          keys.stream()
              .filter(k -> Schema.norm(k.name()).equals(Schema.norm(written)))
              .findFirst()
              .orElseThrow(() -> unknown(written, path, names(keys)));
      String twin = spelled.put(key.name(), written);
      if (twin != null) {
        throw new UserError(
            "%s is written twice, as %s and %s"
                .formatted(Nearest.join(path, key.name()), twin, written));
      }
    }
    Map<String, Object> values = new HashMap<>();
    for (Schema.Key key : keys) {
      String keyPath = shorthand ? path : Nearest.join(path, key.name());
      String written = spelled.get(key.name());
      if (written == null && key.required()) {
        throw new UserError("missing key %s (%s)".formatted(keyPath, key.doc()));
      }
      Object plain =
          written != null ? map.get(written) : key.byDefault().map(Yaml::parse).orElse(null);
      values.put(key.name(), bind(key.type(), plain, keyPath));
    }
    Optional<Object> inner =
        type.within().map(within -> RecordMaker.of(within, values, Optional.empty()));
    return RecordMaker.of(type.record(), values, inner);
  }

  private UserError unknown(String key, String parent, String names) {
    String hint =
        Nearest.key(key, parent, root)
            .map("did you mean %s?"::formatted)
            .orElse("%s has %s".formatted(parent.isEmpty() ? "a recipe" : parent, names));
    return new UserError("unknown key %s; %s".formatted(Nearest.join(parent, key), hint));
  }

  private static String names(List<Schema.Key> keys) {
    return keys.isEmpty()
        ? "no keys"
        : String.join(", ", keys.stream().map(Schema.Key::name).toList());
  }

  private static Map<String, Object> map(@Nullable Object value, String path, String wanted) {
    if (!(value instanceof Map<?, ?> map)) {
      String name = path.isEmpty() ? "a recipe" : path;
      throw new UserError("%s must be %s, was %s".formatted(name, wanted, Yaml.quote(value)));
    }
    Map<String, Object> out = new LinkedHashMap<>();
    map.forEach((k, v) -> out.put(String.valueOf(k), v));
    return out;
  }

  private static Object written(Class<?> type, @Nullable Object value, String path) {
    try {
      if (value == null) {
        throw new UserError(path + " must not be empty");
      }
      return type.getMethod("read", Object.class).invoke(null, value);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException rule) {
        throw new UserError(
            "%s must be %s, was %s".formatted(path, rule.getMessage(), Yaml.quote(value)), rule);
      }
      throw RecordMaker.rethrown(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " has no public static read(Object)", e);
    }
  }
}

package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the records say about the keys of a recipe. */
final class Schema {
  private Schema() {}

  /**
   * One key of a record.
   *
   * @param name as it is written: {@code max_length}
   * @param byDefault YAML, where the key need not be written
   */
  record Key(
      String name, Type type, String doc, List<String> elsewhere, Optional<String> byDefault) {
    boolean required() {
      return byDefault.isEmpty() && raw(type) != Optional.class;
    }
  }

  static List<Key> keys(Class<?> record) {
    return Arrays.stream(record.getRecordComponents()).map(Schema::key).toList();
  }

  private static Key key(RecordComponent c) {
    Doc doc = c.getAnnotation(Doc.class);
    if (doc == null) {
      throw new IllegalStateException(c.getDeclaringRecord() + ": no @Doc on " + c.getName());
    }
    return new Key(
        snake(c.getName()),
        c.getGenericType(),
        doc.value(),
        List.of(doc.elsewhere()),
        Optional.ofNullable(c.getAnnotation(Default.class)).map(Default::value));
  }

  /** The records that a sealed interface permits, by the name that picks them. */
  static Map<String, Class<?>> variants(Class<?> sealed) {
    Map<String, Class<?>> out = new LinkedHashMap<>();
    for (Class<?> variant : sealed.getPermittedSubclasses()) {
      if (variant.isSealed()) {
        out.putAll(variants(variant)); // a choice within the choice
      } else {
        out.put(name(variant), variant);
      }
    }
    return out;
  }

  /** The name that picks a variant. */
  static String name(Object variant) {
    return name(variant.getClass());
  }

  private static String name(Class<?> variant) {
    Name name = variant.getAnnotation(Name.class);
    return name == null ? snake(variant.getSimpleName()) : name.value();
  }

  /** The constants of an enum by the words that stand for them. */
  static Map<String, Object> words(Class<?> type) {
    Map<String, Object> out = new LinkedHashMap<>();
    for (Object constant : type.getEnumConstants()) {
      out.put(((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'), constant);
    }
    return out;
  }

  static Class<?> raw(Type type) {
    return (Class<?>) (type instanceof ParameterizedType p ? p.getRawType() : type);
  }

  /** The last type argument: of {@code Optional<T>}, {@code List<T>}, {@code Map<String, T>}. */
  static Type argument(Type type) {
    Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
    return arguments[arguments.length - 1];
  }

  /** maxLength -> max_length, Lora -> lora. */
  static String snake(String javaName) {
    String split = javaName.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_");
    return split.toLowerCase(Locale.ROOT);
  }

  /** Names are the same whatever joins their words: max_length, max-length, maxLength. */
  static String norm(String name) {
    return name.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
  }
}

package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Inline;
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
import java.util.stream.Stream;

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

  /**
   * What a name picks.
   *
   * @param record to be made
   * @param within the record of its {@link Inline} component, whose keys stand among its own
   */
  record Variant(Class<?> record, Optional<Class<?>> within) {
    /** All keys that may be written, those of the inner record first. */
    List<Key> keys() {
      return Stream.concat(
              within.stream().flatMap(inner -> Schema.keys(inner).stream()),
              Schema.keys(record).stream())
          .toList();
    }

    /** What says what the name means. */
    Class<?> told() {
      return within.isPresent() ? within.get() : record;
    }
  }

  /** The keys of a record, with those of records in it that are inlined; without a choice. */
  static List<Key> keys(Class<?> record) {
    return Arrays.stream(record.getRecordComponents())
        .flatMap(
            c -> {
              if (!c.isAnnotationPresent(Inline.class)) {
                return Stream.of(key(c));
              }
              return c.getType().isRecord() ? keys(c.getType()).stream() : Stream.of();
            })
        .toList();
  }

  /** The choice that is inlined in a record. */
  static Optional<RecordComponent> inlined(Class<?> record) {
    return record.isRecord()
        ? Arrays.stream(record.getRecordComponents())
            .filter(c -> c.isAnnotationPresent(Inline.class) && c.getType().isSealed())
            .findFirst()
        : Optional.empty();
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
  static Map<String, Variant> variants(Class<?> sealed) {
    Map<String, Variant> out = new LinkedHashMap<>();
    for (Class<?> variant : sealed.getPermittedSubclasses()) {
      Optional<RecordComponent> inlined = inlined(variant);
      if (variant.isSealed()) {
        out.putAll(variants(variant)); // a choice within the choice
      } else if (inlined.isPresent()) {
        variants(inlined.get().getType())
            .forEach(
                (name, inner) -> out.put(name, new Variant(variant, Optional.of(inner.record()))));
      } else {
        out.put(name(variant), new Variant(variant, Optional.empty()));
      }
    }
    return out;
  }

  /** The name that picks a variant. */
  static String name(Object variant) {
    return inlined(variant.getClass())
        .map(component -> name(value(component, variant)))
        .orElseGet(() -> name(variant.getClass()));
  }

  /** The value of a record's component. */
  static Object value(RecordComponent component, Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
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

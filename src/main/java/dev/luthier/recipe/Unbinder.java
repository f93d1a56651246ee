package dev.luthier.recipe;

import dev.luthier.doc.Inline;
import dev.luthier.doc.Written;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Records to plain YAML data; what {@link Binder} makes of the result is the same record. */
final class Unbinder {
  private Unbinder() {}

  static Map<String, Object> record(Record record) {
    Map<String, Object> out = new LinkedHashMap<>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = Schema.value(component, record);
      if (component.isAnnotationPresent(Inline.class)) {
        out.putAll(record((Record) value));
        continue;
      }
      if (value instanceof Optional<?> optional) {
        if (optional.isEmpty()) {
          continue;
        }
        value = optional.get();
      }
      out.put(Schema.snake(component.getName()), plain(component.getGenericType(), value));
    }
    return out;
  }

  /** A value of a declared type; where that is a choice, with the name that picks it. */
  private static Object plain(Type type, Object value) {
    Class<?> raw = Schema.raw(type);
    if (raw == Optional.class) {
      return plain(Schema.argument(type), value);
    }
    if (raw == List.class && value instanceof List<?> list) {
      return list.stream().map(v -> plain(Schema.argument(type), v)).toList();
    }
    if (raw == Map.class && value instanceof Map<?, ?> map) {
      Map<String, Object> out = new LinkedHashMap<>();
      map.forEach((k, v) -> out.put((String) k, plain(Schema.argument(type), v)));
      return out;
    }
    return Binder.isChoice(raw) ? Map.of(Schema.name(value), plain(value)) : plain(value);
  }

  private static Object plain(Object value) {
    if (value instanceof Written written) {
      return plain(written.written());
    }
    if (value instanceof Record record) {
      return record(record);
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Unbinder::plain).toList();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> out = new LinkedHashMap<>();
      map.forEach((k, v) -> out.put((String) k, plain(v)));
      return out;
    }
    if (value instanceof Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
    if (value instanceof Path) {
      return value.toString();
    }
    return value instanceof Double number ? shortest(number) : value;
  }

  /** 16 for 16.0, and 0.0001 for 1.0E-4. */
  private static Object shortest(double d) {
    BigDecimal exact = BigDecimal.valueOf(d).stripTrailingZeros();
    return exact.scale() <= 0 && Math.abs(d) < 1e15 ? (Object) exact.longValueExact() : exact;
  }
}
